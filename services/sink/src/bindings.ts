import { type TableBinding, tableBindings } from '@caliper-pipeline/contracts';

/** What is loaded where. Each binding has a consumer group of its own, so that a slow table stops no other. */
export const bindings: readonly TableBinding[] = tableBindings;

/** The consumer group of a binding: it keeps the offsets, so its name is part of the contract. */
export const groupOf = ({ table }: TableBinding): string => `caliper-sink-${table.replaceAll('_', '-')}`;

/** Whether the ledger tells the ranges of a table. Its own it cannot: each record of it would make the next range. */
export const isToldOf = ({ table }: TableBinding): boolean => table !== 'ledger';
