import { deadLetter, drop, ok, type Result } from '@caliper-pipeline/pipeline';
import { createSeenIds, verdictOf } from '../domain/duplicates.ts';
import type { Accepted } from './decode-accepted.ts';
import type { Filling } from './received.ts';

export interface Unique extends Accepted {
  /** Its id came with another event before. */
  readonly reusesId: boolean;
}

/**
 * Drops what was seen within the horizon. The first delivery of a key is remembered here and now, whatever the later steps
 * say of it: an event that is a dead letter is one letter, however often it is sent.
 */
export function dropDuplicates() {
  const ids = createSeenIds();
  return function dropDuplicates(input: Accepted): Result<Unique> {
    const { tenant, sensor, event_key, event_id, content_hash } = input.columns;
    const { seen } = input.state;
    if (!ids.setEvent(tenant, event_key, content_hash)) {
      return deadLetter('undecodable', 'event_key or content_hash is no UUID');
    }
    const verdict = verdictOf(seen.find(ids.key), ids.content);
    if (verdict === 'duplicate') return drop('duplicate');
    if (verdict === 'conflict') {
      return deadLetter('id_conflict', `another content came first under the event key ${event_key}`);
    }
    seen.add(ids.key, ids.content);
    const unique = input as Filling<Unique>;
    if (event_id !== '') {
      ids.setSentId(tenant, sensor, event_id);
      const first = seen.find(ids.sentId);
      if (first === null) seen.add(ids.sentId, ids.keyNote);
      else unique.reusesId = !first.equals(ids.keyNote);
    }
    return ok(unique);
  };
}
