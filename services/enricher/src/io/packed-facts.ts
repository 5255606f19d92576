import type { KnownEntity, KnownMembership } from '../domain/facts-directory.ts';
import type { NestingObservation, Parents } from '../domain/nesting.ts';
import type { Packed } from './facts-store.ts';

/** Values of the directory as they lie on disk: lists, because the names of fields would be two thirds of them. */

export const packParents = ({ observations }: Parents): Packed =>
  observations.flatMap(({ day, parentId, parentType }) => [day, parentId, parentType]);

export function unpackParents(packed: Packed): Parents {
  const observations: NestingObservation[] = [];
  for (let at = 0; at < packed.length; at += 3) {
    const [day, parentId, parentType] = packed.slice(at, at + 3) as [number, string, string];
    observations.push({ day, parentId, parentType });
  }
  return { observations, several: observations.some(({ parentId }) => parentId !== observations[0]!.parentId) };
}

export const packEntity = (known: KnownEntity): Packed => [
  known.type,
  known.name,
  known.externalId,
  known.academicSession,
  known.eventTime,
  known.eventKey,
];

export function unpackEntity(packed: Packed): KnownEntity {
  const [type, name, externalId, academicSession, eventTime, eventKey] = packed as unknown as readonly [
    string,
    string,
    string,
    string,
    number,
    string,
  ];
  return { type, name, externalId, academicSession, eventTime, eventKey };
}

export const packMembership = (known: KnownMembership): Packed => [
  known.roles,
  known.status,
  known.eventTime,
  known.eventKey,
];

export function unpackMembership(packed: Packed): KnownMembership {
  const [roles, status, eventTime, eventKey] = packed as unknown as readonly [
    readonly string[],
    string,
    number,
    string,
  ];
  return { roles, status, eventTime, eventKey };
}
