import { askEach } from '../../clickhouse.ts';
import { describedEntity, registrySender } from '../../load/describes.ts';
import { learn } from '../../load/senders/learn.ts';
import type { CheckContext } from '../context.ts';
import { type CheckResult, createTally } from '../findings.ts';

interface Fact {
  readonly kind: string;
  readonly entity_id: string;
  readonly entity_type: string;
  readonly parent_id: string;
  readonly name: string;
  readonly is_described: number;
}

/** What holds of each entity and nesting, whoever said it: an event that is later than a description may say it again. */
const FACTS = `
SELECT kind, entity_id, any(entity_type) AS entity_type, parent_id, any(name) AS name,
  (kind, entity_id, parent_id) IN (
    SELECT kind, entity_id, parent_id FROM facts
    WHERE tenant = {tenant:String} AND sensor IN {describers:Array(String)} AND source = 'describe') AS is_described
FROM facts_current
WHERE tenant = {tenant:String} AND kind IN ('entity', 'nesting') AND position(entity_id, {label:String}) > 0
GROUP BY kind, entity_id, parent_id`;

/** What was described: each entity, and where it belongs. */
export async function checkFacts(context: CheckContext): Promise<CheckResult> {
  const { ledger, campus } = context;
  const tally = createTally('facts');
  const wanted = new Map<string, { readonly type: string; readonly name: string; isCertain: boolean; seen: boolean }>();
  for await (const { kind, course, variant, body } of ledger.items()) {
    if (kind !== 'describe') continue;
    const { id, type, parentId, name } = describedEntity(campus, course, variant);
    const isCertain = context.isCertain(body);
    const want = (key: string, named: string) => {
      const known = wanted.get(key);
      if (known === undefined) wanted.set(key, { type, name: named, isCertain, seen: false });
      else known.isCertain ||= isCertain;
    };
    want(`entity ${id} `, name);
    if (parentId !== '') want(`nesting ${id} ${parentId}`, '');
  }
  const describers = [registrySender, learn].map((sender) => `'${sender.sensor(campus)}'`);
  await askEach<Fact>(context.address, FACTS, { ...context.parameters, describers: `[${describers}]` }, (fact) => {
    const key = `${fact.kind} ${fact.entity_id} ${fact.parent_id}`;
    const one = wanted.get(key);
    if (one === undefined) {
      // Of what nobody described an event may have spoken.
      if (fact.is_described === 1) tally.found('extra', fact.kind, () => key);
      return;
    }
    one.seen = true;
    if (fact.entity_type !== one.type) tally.found('wrong', 'entity_type', () => `${key}: ${fact.entity_type}`);
    if (fact.name !== one.name) tally.found('wrong', 'name', () => `${key}: ${fact.name} instead of ${one.name}`);
  });
  for (const [key, { isCertain, seen }] of wanted) {
    tally.compare();
    if (isCertain && !seen) tally.found('missing', key.split(' ', 1)[0]!, () => key);
  }
  return tally.result();
}
