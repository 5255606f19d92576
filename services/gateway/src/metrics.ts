import { boundedLabel } from '@caliper-pipeline/runtime';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Reception } from './steps/encode-records.ts';

export interface GatewayMetrics {
  readonly countItems: (tenant: string, items: Reception['items']) => void;
  readonly countRefusedBody: (tenant: string, reason: string) => void;
  readonly observeRequest: (status: number, seconds: number) => void;
  readonly observeBrokerWait: (seconds: number) => void;
  readonly setWaitingBytes: (bytes: number) => void;
}

/** Sensors name themselves: at most this many get a series of their own. */
const MOST_SENSORS = 200;

/** What the gateway counts (docs/metrics.md holds the list; a test compares). */
export function gatewayMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry];
  const items = new Counter({
    name: 'caliper_gateway_items_total',
    help: 'Items of accepted bodies by what became of them.',
    labelNames: ['tenant', 'sensor', 'became', 'reason'],
    registers,
  });
  const refused = new Counter({
    name: 'caliper_gateway_refused_bodies_total',
    help: 'Authenticated bodies that were refused; each is a dead letter.',
    labelNames: ['tenant', 'reason'],
    registers,
  });
  const requests = new Histogram({
    name: 'caliper_gateway_request_seconds',
    help: 'From the first byte of a request to its answer, by status.',
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
  const waiting = new Gauge({ name: 'caliper_gateway_waiting_bytes', help: 'Bytes that wait for Kafka.', registers });
  const sensorLabel = boundedLabel(MOST_SENSORS);
  return {
    countItems: (tenant, list) => {
      for (const { sensor, became, reason } of list) items.inc({ tenant, sensor: sensorLabel(sensor), became, reason });
    },
    countRefusedBody: (tenant, reason) => refused.inc({ tenant, reason }),
    observeRequest: (status, seconds) => requests.observe({ status: String(status) }, seconds),
    observeBrokerWait: (seconds) => brokerWait.observe(seconds),
    setWaitingBytes: (bytes) => waiting.set(bytes),
  };
}
