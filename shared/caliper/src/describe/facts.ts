import { identifies, idOf, referenceOf, typeOf } from '../entities/reference.ts';
import { membershipOf } from '../event/membership.ts';
import { canonicalJson } from '../json/canonical.ts';
import { isObject, type JsonObject, NO_STRINGS, objectOf, textOf } from '../json/values.ts';
import type { EntityFactFields, InterpretContext } from '../types.ts';
import { dayOf, timeMs } from '../values/time.ts';
import { isA } from '../vocabulary/entity-types.ts';

/** What a described entity says: itself, its place, and the membership that it is (semantics.md, "Facts"). */
export function describeFacts(
  entity: JsonObject,
  { sendTimeMs, receivedAtMs }: Pick<InterpretContext, 'sendTimeMs' | 'receivedAtMs'>,
): readonly EntityFactFields[] {
  const at = timeMs(entity.dateModified) ?? sendTimeMs ?? receivedAtMs;
  const id = idOf(entity);
  const type = typeOf(entity);
  const base = factOf(id, type, at);
  const facts: EntityFactFields[] = [
    {
      ...base,
      name: textOf(entity.name),
      external_id: externalId(entity),
      academic_session: academicSession(entity),
      raw: canonicalJson(entity),
    },
  ];
  if (isA(type, 'Organization') && identifies(id)) addNesting(entity, base, facts, 0);
  if (isA(type, 'Membership')) {
    const { memberId, organizationId, roles, status } = membershipOf(entity);
    facts.push({
      ...base,
      kind: 'membership',
      member_id: memberId,
      organization_id: organizationId,
      roles,
      status,
      valid_from: timeMs(entity.dateCreated),
    });
  }
  return facts;
}

/** An absent property says nothing; one that is there and empty says that the entity belongs to none. */
function addNesting(entity: JsonObject, base: EntityFactFields, facts: EntityFactFields[], depth: number): void {
  if (!('subOrganizationOf' in entity) || depth > 16) return;
  const parent = referenceOf(entity.subOrganizationOf);
  facts.push({ ...base, kind: 'nesting', parent_id: identifies(parent.id) ? parent.id : '', parent_type: parent.type });
  if (identifies(parent.id) && isObject(entity.subOrganizationOf)) {
    addNesting(parent.entity, { ...base, entity_id: parent.id, entity_type: parent.type }, facts, depth + 1);
  }
}

function factOf(id: string, type: string, at: number): EntityFactFields {
  return {
    kind: 'entity',
    source: 'describe',
    entity_id: id,
    entity_type: type,
    parent_id: '',
    parent_type: '',
    observed_day: dayOf(at),
    event_time: at,
    name: '',
    external_id: '',
    academic_session: '',
    member_id: '',
    organization_id: '',
    roles: NO_STRINGS,
    status: '',
    valid_from: null,
    flags: id === '' ? ['entity_id_missing'] : NO_STRINGS,
    raw: '',
  };
}

const externalId = (entity: JsonObject): string =>
  textOf(entity.courseNumber) || textOf(objectOf(entity.extensions)['bb:course.externalId']);
const academicSession = (entity: JsonObject): string =>
  textOf(isObject(entity.academicSession) ? entity.academicSession.name : entity.academicSession);
