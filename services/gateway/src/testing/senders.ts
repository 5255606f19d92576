import type { ReceivedBody } from '../domain/received-body.ts';
import type { Sender } from '../domain/senders.ts';

/** A registered sensor with every default, for tests that care for little of it. */
export const senderOf = (over: Partial<Sender> = {}): Sender => ({
  tenant: 't',
  label: 'Learn',
  redaction: { truncateIpAddresses: false, extraSecretKeys: [] },
  versions: null,
  refusesUnknownVersion: false,
  limits: {},
  origins: new Set(),
  configurationKeys: 'camelCase',
  signature: null,
  ...over,
});

export const bodyOf = (text: string, over: Partial<ReceivedBody> = {}): ReceivedBody => ({
  bytes: Buffer.from(text),
  contentType: 'application/json',
  encoding: '',
  sender: senderOf(),
  receivedAtMs: 1,
  requestId: 'r',
  position: null,
  ...over,
});
