import { gzipSync } from 'node:zlib';
import type { FaultName } from './faults.ts';
import type { Item } from './item.ts';

export type Channel = 'http' | 'kafka';

/** One request, or one record of the ingress topic. */
export interface Body {
  readonly index: number;
  readonly sender: string;
  readonly channel: Channel;
  readonly content: Buffer;
  readonly authorization: string;
  readonly contentType: string;
  readonly isGzip: boolean;
  readonly isSlow: boolean;
  /** What the gateway must answer. */
  readonly status: number;
  /** The body that must have been accepted before; -1 = none. */
  readonly after: number;
  /** The first body with events: everything that was described before must be known by then. */
  readonly isFirstOfEvents: boolean;
  readonly items: readonly Item[];
}

export const JSON_TYPE = 'application/json';
const DATA_VERSION = /"dataVersion":"[^"]*",/;
const ELSEWHERE = 'https://w3id.org/xapi/1.0';
const SOME_DAY = 'http://purl.imsglobal.org/ctx/caliper/v9p9';

export const plainSensor = (label: string): string => `load sensor ${label}`;

/** What a fault makes of a request that would have been right. */
export function spoiledBody(
  fault: FaultName,
  text: string,
): Pick<Body, 'content' | 'contentType' | 'isGzip' | 'isSlow'> {
  const content = contentOf(fault, text);
  return {
    content,
    contentType:
      fault === 'charset' ? `${JSON_TYPE}; charset=utf-8` : fault === 'wrong-media' ? 'text/plain' : JSON_TYPE,
    isGzip: fault === 'gzip',
    isSlow: fault === 'slow',
  };
}

function contentOf(fault: FaultName, text: string): Buffer {
  switch (fault) {
    case 'no-version':
      return Buffer.from(text.replace(DATA_VERSION, ''));
    case 'new-version':
      return Buffer.from(text.replace(DATA_VERSION, `"dataVersion":"${SOME_DAY}",`));
    case 'other-version':
      return Buffer.from(text.replace(DATA_VERSION, `"dataVersion":"${ELSEWHERE}",`));
    case 'bad-utf8': {
      const content = Buffer.from(text);
      // In the middle of a text of the event, behind its id.
      content[content.lastIndexOf('example')] = 0xff;
      return content;
    }
    case 'cut-off': {
      const content = Buffer.from(text);
      return content.subarray(0, content.length - 20);
    }
    case 'gzip':
      return gzipSync(text);
    default:
      return Buffer.from(text);
  }
}
