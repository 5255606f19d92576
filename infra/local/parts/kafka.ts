import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KAFKA_JARS } from '../paths.ts';
import type { PartDefinition } from '../supervised-part.ts';

export interface BrokerAddress {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  /** A listener of its own for the services, which find it on another port: something stands between. */
  readonly between?: { readonly port: number; readonly advertisedPort: number };
}

export interface KafkaOptions {
  readonly dataDir: string;
  readonly brokers: readonly BrokerAddress[];
  /** A broker that was killed is taken back within seconds instead of 14 to 20. */
  readonly fastBrokerRestart: boolean;
  /** Further settings of the brokers. */
  readonly settings: Readonly<Record<string, string | number>>;
}

const run = promisify(execFile);
/**
 * The first compiler alone: in its first minutes a broker spent more on the second one than on its work (157 us an event at
 * 3,000 events/s, and 92 without it). Stacks for tests and a look seldom live longer; what is best for days was not measured.
 */
const JAVA_LIMITS = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

/** One broker of Apache Kafka in KRaft mode, controller and broker in one process. */
export function kafkaPart(options: KafkaOptions, broker: BrokerAddress): PartDefinition {
  const name = brokerName(options.brokers, broker);
  const folder = join(options.dataDir, name);
  const properties = join(folder, 'server.properties');
  const logging = join(folder, 'log4j2.properties');
  return {
    name,
    logFile: join(options.dataDir, 'logs', `${name}.log`),
    command: async () => {
      await mkdir(folder, { recursive: true });
      await writeFile(properties, serverProperties(options, broker, join(folder, 'log')));
      await writeFile(logging, LOGGING);
      if (!existsSync(join(folder, 'log', 'meta.properties'))) await format(options, properties);
      const java = [
        ...JAVA_LIMITS,
        `-Dlog4j2.configurationFile=${logging}`,
        '-cp',
        `${KAFKA_JARS}/*`,
        'kafka.Kafka',
        properties,
      ];
      return { file: 'java', args: java };
    },
    isReady: () => isListening(broker.port),
  };
}

export const brokerName = (brokers: readonly BrokerAddress[], { id }: BrokerAddress): string =>
  brokers.length === 1 ? 'kafka' : `kafka-${id}`;

/** Formats the storage once. The cluster's id is made here: Kafka's own tool mixes it with log lines. */
async function format({ dataDir, brokers }: KafkaOptions, properties: string): Promise<void> {
  const file = join(dataDir, 'kafka-cluster-id');
  if (!existsSync(file)) await writeFile(file, randomBytes(16).toString('base64url'), { flag: 'wx' }).catch(() => {});
  const clusterId = (await readFile(file, 'utf8')).trim();
  const ignore = brokers.length > 1 ? ['--ignore-formatted'] : [];
  await run('java', [
    '-cp',
    `${KAFKA_JARS}/*`,
    'kafka.tools.StorageTool',
    'format',
    `--cluster-id=${clusterId}`,
    '-c',
    properties,
    ...ignore,
  ]);
}

function serverProperties(options: KafkaOptions, broker: BrokerAddress, logDir: string): string {
  const { brokers, fastBrokerRestart } = options;
  const replicas = brokers.length;
  const { between } = broker;
  const forServices = (of: 'port' | 'advertisedPort') =>
    between === undefined ? '' : `,SERVICES://127.0.0.1:${between[of]}`;
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': broker.id,
    'controller.quorum.voters': brokers.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${broker.port},CONTROLLER://127.0.0.1:${broker.controllerPort}${forServices('port')}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker.port}${forServices('advertisedPort')}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SERVICES:PLAINTEXT',
    'log.dirs': logDir,
    'default.replication.factor': replicas,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'share.coordinator.state.topic.replication.factor': replicas,
    'min.insync.replicas': replicas > 1 ? 2 : 1,
    'transaction.state.log.min.isr': replicas > 1 ? 2 : 1,
    'share.coordinator.state.topic.min.isr': replicas > 1 ? 2 : 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.num.partitions': 4,
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
    'message.max.bytes': MAX_MESSAGE_BYTES,
    'replica.fetch.max.bytes': MAX_MESSAGE_BYTES,
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    ...(fastBrokerRestart ? { 'broker.session.timeout.ms': 1_500, 'broker.heartbeat.interval.ms': 400 } : {}),
    ...options.settings,
  };
  return `${Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`;
}

const LOGGING = `status=error
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{ISO8601} %p %c{1} %m%n
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
`;

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
