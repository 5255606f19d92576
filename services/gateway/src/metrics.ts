import { boundedLabel } from '@caliper-pipeline/runtime';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Tally } from './domain/item-counts.ts';
import type { ReceivedBody } from './domain/received-body.ts';

export interface GatewayMetrics {
  /** Items of an accepted body. */
  readonly countItems: (
    body: Pick<ReceivedBody, 'sender' | 'receivedAtMs'>,
    tally: Pick<Tally, 'items' | 'flags'>,
  ) => void;
  readonly countRefusedBody: (tenant: string, reason: string) => void;
  /** A request that was not taken for want of room, or of rate. */
  readonly countTurnedAway: (tenant: string, code: string) => void;
  readonly countReceivedBytes: (tenant: string, bytes: number) => void;
  readonly observeRequest: (status: number, seconds: number) => void;
  readonly observeBrokerWait: (seconds: number) => void;
  readonly countIngress: (topic: string, became: string, records: number) => void;
  /** Read when metrics are asked for. */
  readonly watch: (sources: MetricSources) => void;
}

/** What is a state and not an event: looked at when metrics are asked for. */
export interface MetricSources {
  readonly requestsInFlight: () => number;
  readonly bodyBytes: () => number;
  readonly waitingBytes: () => number;
  readonly waitingBodies: () => number;
  readonly closedPartitions: () => ReadonlyMap<string, number>;
  readonly ingressLag: () => readonly { readonly topic: string; readonly partition: number; readonly lag: number }[];
  readonly isSensorsFileRefused: () => boolean;
}

/** Sensors name themselves: at most this many of a tenant get a series of their own, with a name of this length. */
const MOST_SENSORS = 50;
const MOST_LABEL_LENGTH = 120;
const VERSIONS: ReadonlySet<string> = new Set(['', '1.0', '1.1', '1.2']);

/** What the gateway counts (docs/metrics.md holds the list; a test compares). */
export function gatewayMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry];
  const items = tallied(
    new Counter({
      name: 'caliper_gateway_items_total',
      help: 'Items of accepted bodies by what became of them.',
      labelNames: ['tenant', 'sensor', 'version', 'became', 'reason'],
      registers,
    }),
  );
  const flags = tallied(
    new Counter({
      name: 'caliper_gateway_flags_total',
      help: 'Flags of accepted events.',
      labelNames: ['tenant', 'flag'],
      registers,
    }),
  );
  const refused = new Counter({
    name: 'caliper_gateway_refused_bodies_total',
    help: 'Authenticated bodies that were refused; each is a dead letter.',
    labelNames: ['tenant', 'reason'],
    registers,
  });
  const turnedAway = new Counter({
    name: 'caliper_gateway_turned_away_total',
    help: 'Requests that were not taken for want of room or of rate.',
    labelNames: ['tenant', 'code'],
    registers,
  });
  const receivedBytes = tallied(
    new Counter({
      name: 'caliper_gateway_received_bytes_total',
      help: 'Bytes of bodies, as sent.',
      labelNames: ['tenant'],
      registers,
    }),
  );
  const requests = new Histogram({
    name: 'caliper_gateway_request_seconds',
    help: 'From the headers of a request to its answer, by status.',
    labelNames: ['status'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
    registers,
  });
  const brokerWait = new Histogram({
    name: 'caliper_gateway_broker_wait_seconds',
    help: 'From the last step to the acknowledgement by Kafka.',
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2],
    registers,
  });
  const ingress = new Counter({
    name: 'caliper_gateway_ingress_records_total',
    help: 'Records of the Kafka ingress by what became of them.',
    labelNames: ['topic', 'became'],
    registers,
  });
  const lastEvent = noted(
    new Gauge({
      name: 'caliper_gateway_last_event_timestamp_seconds',
      help: 'When the last body with an item of this sensor was received.',
      labelNames: ['tenant', 'sensor'],
      registers,
    }),
  );
  const clockSkew = noted(
    new Gauge({
      name: 'caliper_gateway_clock_skew_seconds',
      help: 'Receipt minus sendTime of the last envelope of this sensor.',
      labelNames: ['tenant', 'sensor'],
      registers,
    }),
  );
  const sensorLabels = new Map<string, (sensor: string) => string>();
  const sensorLabel = (tenant: string, sensor: string): string => {
    let label = sensorLabels.get(tenant);
    if (label === undefined) {
      label = boundedLabel(MOST_SENSORS);
      sensorLabels.set(tenant, label);
    }
    return label(sensor.length > MOST_LABEL_LENGTH ? sensor.slice(0, MOST_LABEL_LENGTH) : sensor);
  };

  return {
    countItems: ({ sender: { tenant }, receivedAtMs }, tally) => {
      for (const { sensor: sent, version: said, became, reason, count, lastSendTimeMs } of tally.items) {
        const sensor = sensorLabel(tenant, sent);
        const version = VERSIONS.has(said) ? said : 'other';
        items.add({ tenant, sensor, version, became, reason }, count);
        lastEvent.set({ tenant, sensor }, receivedAtMs / 1_000);
        if (lastSendTimeMs !== null) clockSkew.set({ tenant, sensor }, (receivedAtMs - lastSendTimeMs) / 1_000);
      }
      for (const [flag, count] of tally.flags) flags.add({ tenant, flag }, count);
    },
    countRefusedBody: (tenant, reason) => refused.inc({ tenant, reason }),
    countTurnedAway: (tenant, code) => turnedAway.inc({ tenant, code }),
    countReceivedBytes: (tenant, bytes) => receivedBytes.add({ tenant }, bytes),
    observeRequest: (status, seconds) => requests.observe({ status: String(status) }, seconds),
    observeBrokerWait: (seconds) => brokerWait.observe(seconds),
    countIngress: (topic, became, records) => ingress.inc({ topic, became }, records),
    watch: stateGauges(registers),
  };
}

type Labels = Readonly<Record<string, string>>;

interface Entry {
  readonly labels: Labels;
  value: number;
}

/** prom-client makes a key of all labels at every call, which costs as much as parsing the event: here values are kept until they are asked for. */
function entries() {
  const kept = new Map<string, Entry>();
  const entryOf = (labels: Labels): Entry => {
    let key = '';
    for (const name in labels) key += `${labels[name]}\u0000`;
    let entry = kept.get(key);
    if (entry === undefined) {
      entry = { labels, value: 0 };
      kept.set(key, entry);
    }
    return entry;
  };
  return { kept, entryOf };
}

function tallied(counter: Counter) {
  const { kept, entryOf } = entries();
  collectFrom(counter, () => {
    counter.reset();
    for (const { labels, value } of kept.values()) counter.inc(labels, value);
  });
  return {
    add: (labels: Labels, count: number) => {
      entryOf(labels).value += count;
    },
  };
}

function noted(gauge: Gauge) {
  const { kept, entryOf } = entries();
  collectFrom(gauge, () => {
    for (const { labels, value } of kept.values()) gauge.set(labels, value);
  });
  return {
    set: (labels: Labels, value: number) => {
      entryOf(labels).value = value;
    },
  };
}

function collectFrom(metric: Counter | Gauge, collect: () => void): void {
  Object.assign(metric, { collect });
}

function stateGauges(registers: Registry[]): (sources: MetricSources) => void {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `caliper_gateway_${name}`, help, labelNames, registers });
  const inFlight = gauge('requests_in_flight', 'Requests in hand.');
  const bodyBytes = gauge('body_bytes', 'Bytes of bodies in hand.');
  const waitingBytes = gauge('waiting_bytes', 'Bytes that wait for Kafka.');
  const waitingBodies = gauge('waiting_bodies', 'Bodies that wait for their turn to be read.');
  const closed = gauge('closed_partitions', 'Partitions to which nothing is produced.', ['topic']);
  const lag = gauge('ingress_lag', 'Records of the ingress that were not committed yet.', ['topic', 'partition']);
  const fileRefused = gauge('sensors_file_refused', '1 = the last edit of sensors.json was not taken.');
  return (sources) => {
    collectFrom(inFlight, () => inFlight.set(sources.requestsInFlight()));
    collectFrom(bodyBytes, () => bodyBytes.set(sources.bodyBytes()));
    collectFrom(waitingBytes, () => waitingBytes.set(sources.waitingBytes()));
    collectFrom(waitingBodies, () => waitingBodies.set(sources.waitingBodies()));
    collectFrom(fileRefused, () => fileRefused.set(sources.isSensorsFileRefused() ? 1 : 0));
    collectFrom(closed, () => {
      for (const [topic, count] of sources.closedPartitions()) closed.set({ topic }, count);
    });
    collectFrom(lag, () => {
      lag.reset();
      for (const { topic, partition, lag: records } of sources.ingressLag())
        lag.set({ topic, partition: String(partition) }, records);
    });
  };
}
