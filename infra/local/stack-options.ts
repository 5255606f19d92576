import type { Endpoints } from './endpoints.ts';
import type { PartEvent } from './supervised-part.ts';

export type PartName = 'kafka' | 'registry' | 'clickhouse' | 'gateway' | 'enricher' | 'sink';

export type StackEvent = PartEvent | { readonly kind: 'set up'; readonly what: string };

/** A job between the parts that keep data and the services: topics, schemas, migrations. */
export interface SetUpJob {
  readonly name: string;
  /** @returns what was done, in few words */
  readonly run: (target: SetUpTarget) => Promise<string>;
}

export interface SetUpTarget {
  readonly endpoints: Endpoints;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly tenantsFile: string;
}

/**
 * Told a store or a gateway by its name and the port on which it will listen, says the port on which the services (senders, for
 * a gateway) find it instead: a proxy of a test, for instance. Set-up jobs, and brokers among themselves, go straight.
 */
export type Between = (part: string, port: number) => Promise<number>;

export interface StackOptions {
  readonly dataDir: string;
  /** Fixed ports from here on; without it, free ones are found. */
  readonly basePort?: number;
  /** Partitions of the topics marked P. */
  readonly partitions?: number;
  readonly brokers?: 1 | 3;
  /** Default: all. */
  readonly parts?: readonly PartName[];
  /** Instances of each service, default 1. */
  readonly instances?: Partial<Record<'gateway' | 'enricher' | 'sink', number>>;
  /** Tenants beside the demo tenant; each gets a sensor key. */
  readonly tenants?: readonly string[];
  readonly fastBrokerRestart?: boolean;
  /** Further settings of the brokers. */
  readonly brokerSettings?: Readonly<Record<string, string | number>>;
  /** Further settings of the services. */
  readonly env?: Readonly<Record<string, string>>;
  readonly setUp?: readonly SetUpJob[];
  /** Puts something between the services and the stores, and between senders and gateways. */
  readonly between?: Between;
  readonly onEvent?: (event: StackEvent) => void;
}
