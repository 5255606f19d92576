import { deadLetter, ok, type Result } from '@caliper-pipeline/pipeline';
import { isJson } from '../domain/media-type.ts';
import type { ReceivedBody } from '../domain/received-body.ts';

/** What is not JSON by its Content-Type is not looked into: a form or a page would only be misread. */
export function checkMediaType() {
  return function checkMediaType(body: ReceivedBody): Result<ReceivedBody> {
    return isJson(body.contentType)
      ? ok(body)
      : deadLetter('unsupported_media_type', 'the Content-Type is no JSON in UTF-8');
  };
}
