import { type TableBinding, tableBindings } from '@caliper-pipeline/contracts';

/** What is loaded where. Each binding has a consumer group of its own, so that a slow table stops no other. */
export const bindings: readonly TableBinding[] = tableBindings;

/** The consumer group of a binding: it keeps the offsets, so its name is part of the contract (`caliper-sink-events`). */
export const groupOf = (group: string, { table }: TableBinding): string => `${group}-${table.replaceAll('_', '-')}`;

/** The groups that load what comes in; any other reads the topics again from their start. */
export const LIVE_GROUP = 'caliper-sink';

/** Whether the ledger tells the ranges of a table. Its own it cannot: each record of it would make the next range. */
export const isToldOf = ({ table }: TableBinding): boolean => table !== 'ledger';

/**
 * Whether people look at the newest rows of a table. An insert of 25 rows costs ClickHouse nearly what one of 250 does, and
 * each new part makes it merge the whole of a small table again: at 480 events/s the rows of facts, ledger and dead letters
 * came in 60 % of all inserts.
 */
export const isWatched = ({ table }: TableBinding): boolean => table === 'events' || table === 'sessions';

/** What the ledger calls the work of a group: `live`, or the rewind by its name. */
export const runOf = (group: string): string => (group === LIVE_GROUP ? 'live' : group);
