/**
 * Why a request is refused: the status for the sender and what it means. Source of the statuses: Caliper 1.2, section on
 * the endpoint, as the certification service answers (docs/errors.md lists the same codes; a test holds both).
 */
export const problems = {
  not_json: { status: 400, title: 'The body is no JSON document.' },
  nesting_too_deep: { status: 400, title: 'The JSON is nested deeper than this endpoint accepts.' },
  no_envelope: { status: 400, title: 'The body is neither an envelope nor an event.' },
  malformed_envelope: { status: 400, title: 'The envelope lacks what the specification requires.' },
  too_many_items: { status: 413, title: 'The body holds more items than this endpoint accepts.' },
  bad_encoding: { status: 400, title: 'The body cannot be inflated as its Content-Encoding says.' },
  malformed_request: { status: 400, title: 'The request is no HTTP that can be read.' },
  unauthorized: { status: 401, title: 'The Authorization header carries no key that is known here.' },
  signature_invalid: { status: 401, title: 'The body is not signed by whom it must be signed.' },
  origin_not_allowed: { status: 403, title: 'This key may not be used from pages of this origin.' },
  tenant_suspended: { status: 403, title: 'The tenant of this key is suspended.' },
  not_found: { status: 404, title: 'There is nothing at this path.' },
  method_not_allowed: { status: 405, title: 'Envelopes are sent by POST.' },
  request_timeout: { status: 408, title: 'The request did not arrive in time.' },
  body_too_large: { status: 413, title: 'The body is larger than this endpoint accepts.' },
  unsupported_media_type: { status: 415, title: 'Send application/json in UTF-8, plain, gzip or deflate.' },
  unsupported_version: { status: 422, title: 'The dataVersion is no version of Caliper that is accepted here.' },
  rate_limited: { status: 429, title: 'More events a second than are accepted of this sender.' },
  tenant_busy: { status: 429, title: 'More requests at once than are accepted of one tenant.' },
  headers_too_large: { status: 431, title: 'The headers are larger than this endpoint accepts.' },
  busy: { status: 503, title: 'This endpoint has too much in hand. Send the same request again.' },
  not_durable: { status: 503, title: 'The events cannot be made durable now. Send the same request again.' },
  unexpected: { status: 500, title: 'A defect of the gateway. Send the same request again.' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

/** RFC 9457. `type` is a path of the documentation, not a link to an address that might go away. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly instance: string;
}

/** @param detail for the sender's developer; never holds a value of the body or a header */
export function problemDocument(code: ProblemCode, detail: string, requestId: string): ProblemDocument {
  const { status, title } = problems[code];
  return { type: `docs/errors.md#${code}`, title, status, code, detail, instance: `urn:request:${requestId}` };
}

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(problems, code);
