import type { KnownEntity, KnownMembership, KnownOrganization } from '../domain/facts-directory.ts';
import type { NestingObservation } from '../domain/nesting.ts';
import type { Packed } from './facts-store.ts';

/** Values of the directory as they lie on disk: lists, because the names of fields would be two thirds of them. */

type PackedEntity = readonly [string, string, string, string, number, string];

export function packOrganization({ entity, parents }: KnownOrganization): Packed {
  const packedEntity: PackedEntity | null =
    entity === null
      ? null
      : [entity.type, entity.name, entity.externalId, entity.academicSession, entity.eventTime, entity.eventKey];
  return [packedEntity, parents.observations.flatMap(({ day, parentId, parentType }) => [day, parentId, parentType])];
}

export function unpackOrganization(packed: Packed): KnownOrganization {
  const [entity, observations] = packed as readonly [PackedEntity | null, readonly (string | number)[]];
  return { entity: entity === null ? null : unpackEntity(entity), parents: unpackParents(observations) };
}

function unpackEntity([type, name, externalId, academicSession, eventTime, eventKey]: PackedEntity): KnownEntity {
  return { type, name, externalId, academicSession, eventTime, eventKey };
}

function unpackParents(packed: readonly (string | number)[]) {
  const observations: NestingObservation[] = [];
  for (let at = 0; at < packed.length; at += 3) {
    const [day, parentId, parentType] = packed.slice(at, at + 3) as [number, string, string];
    observations.push({ day, parentId, parentType });
  }
  return { observations, several: observations.some(({ parentId }) => parentId !== observations[0]!.parentId) };
}

export const packMembership = (known: KnownMembership): Packed => [
  known.roles,
  known.status,
  known.eventTime,
  known.eventKey,
];

export function unpackMembership(packed: Packed): KnownMembership {
  const [roles, status, eventTime, eventKey] = packed as readonly [readonly string[], string, number, string];
  return { roles, status, eventTime, eventKey };
}
