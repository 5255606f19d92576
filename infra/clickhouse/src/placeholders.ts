import { AppError } from '@caliper-pipeline/runtime';

/** What the placeholders of migration files stand for. */
export interface Target {
  readonly database: string;
  readonly cluster?: string | undefined;
}

/** Database and cluster names go into the text of statements, so they are plain identifiers. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const PLACEHOLDER = /\{\{([a-z_]+)(?::([^{}]*))?\}\}/g;
const ENGINE = /^(\w*MergeTree)\((.*)\)$/;

/**
 * Replicas find each other by this path. It names shard, database and table (macros of the server), not the table's UUID:
 * a replica that is added later creates its tables by the same migrations and must join, not start a table of its own.
 */
const REPLICA_PATH = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'";

/**
 * Expands `{{database}}`, `{{on_cluster}}` and `{{engine:SomeMergeTree(arguments)}}`: without a cluster to plain engines,
 * with one to ON CLUSTER and Replicated engines.
 *
 * @param source name of the file, for the error
 * @throws AppError `config_invalid` for a name that is no identifier, `internal` for an unknown placeholder
 */
export function expandPlaceholders(text: string, target: Target, source: string): string {
  checkIdentifier('database', target.database);
  if (target.cluster !== undefined) checkIdentifier('cluster', target.cluster);
  return text.replaceAll(PLACEHOLDER, (placeholder, name: string, argument: string | undefined) => {
    if (name === 'database' && argument === undefined) return target.database;
    if (name === 'on_cluster' && argument === undefined) return onCluster(target);
    if (name === 'engine' && argument !== undefined) return engine(argument, target, source);
    throw new AppError('internal', `${source}: unknown placeholder ${placeholder}`);
  });
}

/** `ON CLUSTER x`, or nothing on a single node. */
export function onCluster({ cluster }: Target): string {
  return cluster === undefined ? '' : `ON CLUSTER ${cluster}`;
}

function engine(argument: string, { cluster }: Target, source: string): string {
  const match = ENGINE.exec(argument.trim());
  if (match === null) throw new AppError('internal', `${source}: no MergeTree engine: ${argument}`);
  if (cluster === undefined) return argument.trim();
  const [, name = '', parameters = ''] = match;
  return `Replicated${name}(${[REPLICA_PATH, parameters].filter((part) => part !== '').join(', ')})`;
}

function checkIdentifier(what: string, name: string): void {
  if (!IDENTIFIER.test(name)) throw new AppError('config_invalid', `${what} "${name}" is no identifier`);
}
