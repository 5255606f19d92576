import { CALIPER_VERSIONS } from '@caliper-pipeline/caliper';
import type { Sender } from './senders.ts';

/** `1.1` of `http://purl.imsglobal.org/ctx/caliper/v1p1/ToolUseProfile-extension`; '' where an IRI says none. */
export function versionOfIri(iri: string): string {
  const match = /\/ctx\/caliper\/v(\d+)(?:p(\d+))?(?:\/|$)/i.exec(iri);
  return match === null ? '' : `${match[1]}.${match[2] ?? '0'}`;
}

/** Whether a sender's envelopes may say this `dataVersion`. One that says nothing, or nothing known, is not decided here. */
export function acceptsDataVersion({ versions }: Pick<Sender, 'versions'>, dataVersion: string): boolean {
  const version = versionOfIri(dataVersion);
  return versions === null || version === '' || versions.has(version);
}

/** The context IRIs that are accepted of a sender, for the configuration document (Caliper 1.2, "endpoint configuration"). */
export function acceptedContexts({ versions }: Pick<Sender, 'versions'>): readonly string[] {
  return CALIPER_VERSIONS.filter((iri) => versions === null || versions.has(versionOfIri(iri)));
}
