/**
 * Entity types with their direct supertypes (specification 1.2, section 3 and appendix C; 1.0 and Library types named as
 * such). Vendor types have the standard type they behave like, so that slots can be read alike.
 */
const PARENTS: Readonly<Record<string, string>> = {
  Entity: '',
  Agent: 'Entity',
  Person: 'Agent',
  SoftwareApplication: 'Agent',
  Organization: 'Agent',
  CourseOffering: 'Organization',
  CourseSection: 'CourseOffering',
  Group: 'Organization',
  AggregateMeasure: 'Entity',
  Annotation: 'Entity',
  BookmarkAnnotation: 'Annotation',
  HighlightAnnotation: 'Annotation',
  SharedAnnotation: 'Annotation',
  TagAnnotation: 'Annotation',
  Attempt: 'Entity',
  Collection: 'Entity',
  AggregateMeasureCollection: 'Collection',
  Survey: 'Collection',
  DigitalResource: 'Entity',
  DigitalResourceCollection: 'DigitalResource Collection',
  AssignableDigitalResource: 'DigitalResource',
  Assessment: 'AssignableDigitalResource DigitalResourceCollection',
  AssessmentItem: 'AssignableDigitalResource',
  Forum: 'DigitalResourceCollection',
  Thread: 'DigitalResourceCollection',
  Questionnaire: 'DigitalResourceCollection',
  QuestionnaireItem: 'DigitalResource',
  Chapter: 'DigitalResource',
  Document: 'DigitalResource',
  Page: 'DigitalResource',
  WebPage: 'DigitalResource',
  Frame: 'DigitalResource',
  // The information model has Link as an Entity; the 1.1 and 1.2 fixtures use it where a DigitalResource is asked for.
  Link: 'Entity',
  LtiLink: 'DigitalResource',
  MediaLocation: 'DigitalResource',
  MediaObject: 'DigitalResource',
  AudioObject: 'MediaObject',
  ImageObject: 'MediaObject',
  VideoObject: 'MediaObject',
  Message: 'DigitalResource',
  Question: 'DigitalResource',
  DateTimeQuestion: 'Question',
  MultiselectQuestion: 'Question',
  OpenEndedQuestion: 'Question',
  RatingScaleQuestion: 'Question',
  SurveyInvitation: 'DigitalResource',
  LearningObjective: 'Entity',
  Membership: 'Entity',
  Comment: 'Entity',
  Query: 'Entity',
  Rating: 'Entity',
  Response: 'Entity',
  DateTimeResponse: 'Response',
  FillinBlankResponse: 'Response',
  MultipleChoiceResponse: 'Response',
  MultipleResponseResponse: 'Response',
  MultiselectResponse: 'Response',
  OpenEndedResponse: 'Response',
  RatingScaleResponse: 'Response',
  SelectTextResponse: 'Response',
  TrueFalseResponse: 'Response',
  Result: 'Entity',
  Score: 'Entity',
  Scale: 'Entity',
  LikertScale: 'Scale',
  MultiselectScale: 'Scale',
  NumericScale: 'Scale',
  SearchResponse: 'Entity',
  Session: 'Entity',
  LtiSession: 'Session',
  // Caliper 1.0, deprecated (caliper.md c).
  EpubChapter: 'DigitalResource',
  EpubPart: 'DigitalResource',
  EpubSubChapter: 'DigitalResource',
  EpubVolume: 'DigitalResource',
  Reading: 'DigitalResource',
  // Library extension.
  Library: 'Organization',
  LibrarySpace: 'Entity',
  LibraryResource: 'DigitalResource',
  LibraryActivity: 'Entity',
  // Blackboard Learn (caliper.md g.2, g.6).
  'bb:Forum': 'DigitalResource',
  'bb:ForumPost': 'DigitalResource',
  'bb:Content': 'DigitalResource',
  'bb:LTILaunchInfo': 'Entity',
  'bb:Blog': 'DigitalResource',
  'bb:BlogPost': 'DigitalResource',
  'bb:WikiPage': 'DigitalResource',
  'bb:WikiPost': 'DigitalResource',
  'bb:CalculatedGrade': 'Entity',
  'bb:MiniUser': 'Person',
};

/** Objects of the standard that have a type and no id. */
export const VALUE_TYPES: ReadonlySet<string> = new Set(['TextPositionSelector', 'SystemIdentifier']);

/** Types that 1.1 and 1.2 no longer name. */
export const DEPRECATED_ENTITY_TYPES: ReadonlySet<string> = new Set([
  'EpubChapter',
  'EpubPart',
  'EpubSubChapter',
  'EpubVolume',
  'Reading',
]);

function withSupertypes(type: string, into: Set<string>): Set<string> {
  into.add(type);
  for (const parent of (PARENTS[type] ?? '').split(' ')) if (parent !== '') withSupertypes(parent, into);
  return into;
}

const SUPERTYPES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.keys(PARENTS).map((type) => [type, withSupertypes(type, new Set())]),
);

/** A type and all its supertypes; undefined of an unknown type. */
export function supertypesOf(type: string): ReadonlySet<string> | undefined {
  return SUPERTYPES.get(type);
}

/** Is the type known here: of the standard, of its extensions or of a known vendor? */
export function isKnownEntityType(type: string): boolean {
  return SUPERTYPES.has(type);
}

/** Is the type the other one or a subtype of it? Unknown types are nothing but themselves. */
export function isA(type: string, ancestor: string): boolean {
  return type === ancestor || SUPERTYPES.get(type)?.has(ancestor) === true;
}

/** Every known entity type, for documents and tests. */
export const ENTITY_TYPES: readonly string[] = Object.keys(PARENTS);
