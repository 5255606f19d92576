import { hash } from 'node:crypto';
import { connect } from 'node:net';
import {
  acceptedEventSchema,
  type DeadLetter,
  deadLetterSchema,
  entityFactSchema,
  topicName,
} from '@caliper-pipeline/contracts';
import { recordEncoder, type TopicRecords } from '@caliper-pipeline/kafka';
import { createLogger, type Environment, parseTenants } from '@caliper-pipeline/runtime';
import avsc from 'avsc';
import { Registry } from 'prom-client';
import { assembleGateway } from '../assemble.ts';
import { readGatewayConfig } from '../config.ts';
import { parseSenders } from '../domain/senders.ts';
import { type SenderServer, startSenderServer } from '../http/server.ts';
import { createSignatures } from '../io/signatures.ts';
import { gatewayMetrics } from '../metrics.ts';

export interface InProcessGateway extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly server: SenderServer;
  /** Records that were produced, by topic. */
  readonly produced: () => Readonly<Record<string, number>>;
  readonly deadLetters: () => DeadLetter[];
  /** From now on what is produced waits until it is released. */
  readonly hold: () => { release: (error?: Error) => void };
  readonly metric: (pattern: RegExp) => Promise<number>;
  readonly stop: () => void;
}

export interface InProcessOptions {
  readonly env?: Environment;
  /** Entries of sensors.json; by default each of the tenants a, b and c has a sensor whose key is its name. */
  readonly sensors?: readonly object[];
  readonly more?: object;
  readonly suspended?: readonly string[];
}

export const keyOf = (key: string, scheme = 'key') => ({ sha256: hash('sha256', key, 'hex'), scheme });
const deadLetterType = avsc.Type.forSchema(deadLetterSchema as unknown as avsc.Schema);
const WIRE_HEADER_BYTES = 5;
const silent = createLogger('gateway', 'test', 'error', { write: () => {} });

/** The gateway with its real server and steps, before a broker that the test plays. */
export async function startInProcessGateway(options: InProcessOptions = {}): Promise<InProcessGateway> {
  const config = readGatewayConfig({
    CALIPER_INSTANCE: 'test',
    CALIPER_ADMIN_PORT: '0',
    KAFKA_BROKERS: '127.0.0.1:1',
    REGISTRY_URL: 'http://127.0.0.1:1',
    GATEWAY_PORT: '0',
    GATEWAY_SENSORS_FILE: '-',
    CALIPER_TENANTS_FILE: '-',
    GATEWAY_LINGER_MS: '0',
    ...options.env,
  });
  const tenants = ['a', 'b', 'c'];
  const sensors = options.sensors ?? tenants.map((tenant) => ({ tenant, label: tenant, keys: [keyOf(tenant)] }));
  const senders = parseSenders(JSON.stringify({ sensors, ...options.more }));
  const known = parseTenants(
    JSON.stringify({ tenants: (options.suspended ?? []).map((tenant) => ({ tenant, status: 'suspended' })) }),
  );
  const registry = new Registry();
  const metrics = gatewayMetrics(registry);
  const sent: TopicRecords[] = [];
  let held: Promise<void> = Promise.resolve();
  const send = async (batches: readonly TopicRecords[]) => {
    await held;
    sent.push(...batches);
  };
  let isStopping = false;
  const signatures = createSignatures(silent);
  const gateway = assembleGateway(config, {
    senders: () => senders,
    tenants: () => known,
    encoders: {
      event: recordEncoder(acceptedEventSchema, 1),
      fact: recordEncoder(entityFactSchema, 2),
      deadLetter: recordEncoder(deadLetterSchema, 3),
    },
    producer: { send },
    trialProducer: { send },
    leadership: { leaderOf: () => 1, heardAtMs: () => performance.now(), leaderless: () => 0 },
    signatures,
    metrics,
    logger: silent,
    isStopping: () => isStopping,
  });
  metrics.watch({ ...gateway.states, ingressLag: () => [], isSensorsFileRefused: () => false });
  const server = await startSenderServer({
    host: '127.0.0.1',
    port: 0,
    handle: gateway.handle,
    maxConnections: config.GATEWAY_MAX_CONNECTIONS,
    requestTimeoutMs: config.GATEWAY_REQUEST_TIMEOUT_MS,
    answerBudgetMs: config.GATEWAY_ANSWER_BUDGET_MS,
    metrics,
  });
  return {
    url: `http://127.0.0.1:${server.port}/caliper`,
    port: server.port,
    server,
    produced: () => {
      const counts: Record<string, number> = {};
      for (const { topic, records } of sent) counts[topic] = (counts[topic] ?? 0) + records.length;
      return counts;
    },
    deadLetters: () =>
      sent
        .filter(({ topic }) => topic === topicName('gatewayDeadLetters'))
        .flatMap(({ records }) => records)
        .map(({ value }) => deadLetterType.fromBuffer(value!.subarray(WIRE_HEADER_BYTES))),
    hold: () => {
      const until = Promise.withResolvers<void>();
      held = until.promise;
      return { release: (error) => (error === undefined ? until.resolve() : until.reject(error)) };
    },
    metric: async (pattern) => {
      const lines = (await registry.metrics()).split('\n').filter((line) => pattern.test(line));
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    },
    stop: () => {
      isStopping = true;
    },
    [Symbol.asyncDispose]: async () => {
      isStopping = true;
      await server.close();
      signatures.close();
    },
  };
}

export interface RawConnection {
  readonly write: (text: string) => void;
  readonly end: () => void;
  /** Resolves when the text that came so far matches. */
  readonly until: (pattern: RegExp) => Promise<string>;
  /** Resolves with everything that came, when the other side has closed. */
  readonly closed: Promise<string>;
  readonly destroy: () => void;
}

/** A connection on which a test writes byte by byte, as no HTTP client would. */
export function openRaw(port: number): RawConnection {
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '';
  const waiting: { pattern: RegExp; resolve: (text: string) => void }[] = [];
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (const { pattern, resolve } of waiting) if (pattern.test(text)) resolve(text);
  });
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(text));
  });
  return {
    write: (bytes) => void socket.write(bytes),
    end: () => void socket.end(),
    until: (pattern) =>
      new Promise((resolve) => {
        if (pattern.test(text)) resolve(text);
        else waiting.push({ pattern, resolve });
      }),
    closed,
    destroy: () => void socket.destroy(),
  };
}

/** The head of a POST with a body of so many bytes. */
export const headOf = (key: string, bytes: number, more: readonly string[] = []): string =>
  [
    'POST /caliper HTTP/1.1',
    'host: x',
    `authorization: ${key}`,
    'content-type: application/json',
    `content-length: ${bytes}`,
    ...more,
    '\r\n',
  ].join('\r\n');
