/** Where an IRI ends and a term begins. `prefix` '' = a term of the standard; else vendor terms keep it, as `bb:ForumEvent`. */
export interface IriPrefix {
  readonly iri: string;
  readonly prefix: string;
  /** Where it was seen. */
  readonly source: string;
}

/** IRIs of types. Longest first, `http:` stands for both schemes. A new vendor is a new row. */
export const TYPE_PREFIXES: readonly IriPrefix[] = [
  { iri: 'http://purl.imsglobal.org/caliper/v1/response/', prefix: '', source: 'Caliper 1.0 context' },
  { iri: 'http://purl.imsglobal.org/caliper/v1/lis/', prefix: '', source: 'Caliper 1.0 context' },
  { iri: 'http://purl.imsglobal.org/caliper/v1p1/', prefix: '', source: 'seen from sensors' },
  { iri: 'http://purl.imsglobal.org/caliper/v1p2/', prefix: '', source: 'seen from sensors' },
  { iri: 'http://purl.imsglobal.org/caliper/v1/', prefix: '', source: 'Caliper 1.0 context' },
  { iri: 'http://purl.imsglobal.org/caliper/', prefix: '', source: 'Caliper 1.1 and 1.2 contexts' },
  { iri: 'caliper:', prefix: '', source: 'compact IRIs of the 1.1 and 1.2 contexts' },
  { iri: 'http://caliper.blackboard.com/caliper/v1/', prefix: 'bb:', source: 'Blackboard Learn, vendor IRIs' },
];

/** IRIs of actions. */
export const ACTION_PREFIXES: readonly IriPrefix[] = [
  { iri: 'http://purl.imsglobal.org/vocab/caliper/v1/action#', prefix: '', source: 'Caliper 1.0 context' },
  { iri: 'http://purl.imsglobal.org/caliper/actions/', prefix: '', source: 'Caliper 1.1 and 1.2 contexts' },
  { iri: 'http://purl.imsglobal.org/caliper/', prefix: '', source: 'seen from sensors' },
  { iri: 'verb:', prefix: '', source: 'compact IRIs of the 1.1 and 1.2 contexts' },
  {
    iri: 'http://caliper.blackboard.com/vocab/caliper/v1/action#',
    prefix: 'bb:',
    source: 'Blackboard Learn 1.0, vendor actions',
  },
];

/** IRIs of roles. Sub-roles sit below their core role: `.../membership/Instructor#TeachingAssistant`. */
export const ROLE_PREFIXES: readonly IriPrefix[] = [
  { iri: 'http://purl.imsglobal.org/vocab/lis/v2/membership#', prefix: '', source: 'LIS 2, Caliper 1.0' },
  { iri: 'http://purl.imsglobal.org/vocab/lis/v2/membership/', prefix: '', source: 'LIS 2 sub-roles' },
  { iri: 'urn:lti:role:ims/lis/', prefix: '', source: 'LTI 1.1 URNs' },
];

/** IRIs of membership statuses. */
export const STATUS_PREFIXES: readonly IriPrefix[] = [
  { iri: 'http://purl.imsglobal.org/vocab/lis/v2/status#', prefix: '', source: 'Caliper 1.0 context' },
  { iri: 'http://purl.imsglobal.org/caliper/status/', prefix: '', source: 'Caliper 1.2 context' },
];

/** IRIs of profiles: the context and the text disagree (caliper.md a.4). */
export const PROFILE_PREFIXES: readonly IriPrefix[] = [
  { iri: 'http://purl.imsglobal.org/caliper/profiles/', prefix: '', source: 'Caliper 1.2 context' },
  { iri: 'http://purl.imsglobal.org/caliper/', prefix: '', source: 'Caliper 1.2 text' },
  { iri: 'caliper:profiles/', prefix: '', source: 'compact IRIs of the 1.2 context' },
];

/** Types that only an IRI of another vocabulary names: Caliper 1.0 used the EPUB structure vocabulary (caliper.md a). */
export const TYPE_IRIS: ReadonlyMap<string, string> = new Map([
  ['http://www.idpf.org/epub/vocab/structure/#volume', 'EpubVolume'],
  ['http://www.idpf.org/epub/vocab/structure/#part', 'EpubPart'],
  ['http://www.idpf.org/epub/vocab/structure/#chapter', 'EpubChapter'],
  ['http://www.idpf.org/epub/vocab/structure/#subchapter', 'EpubSubChapter'],
]);
