/**
 * Names of record headers. Values are UTF-8 text. They let an operator read a topic without decoding it, and carry the
 * request id from the answer of the gateway to the row.
 */
export const headers = {
  requestId: 'caliper-request-id',
  ruleVersion: 'caliper-rule-version',
  routeVersion: 'caliper-route-version',
  serviceVersion: 'caliper-service-version',
} as const;

export type HeaderName = (typeof headers)[keyof typeof headers];
