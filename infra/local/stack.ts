import { roleGrants } from '@caliper-pipeline/infra/clickhouse';
import { claimDataFolder, secretOf } from './data-folder.ts';
import { type Endpoints, endpointsFile } from './endpoints.ts';
import { fetchJvmParts } from './fetch-jvm-parts.ts';
import { clickhousePart, type LimitedUser } from './parts/clickhouse.ts';
import { type BrokerAddress, brokerName, kafkaPart } from './parts/kafka.ts';
import { registryPart, registryUrl } from './parts/registry.ts';
import type { ServiceName } from './parts/service.ts';
import { checkPortsFree, freePort, freePorts, type Ports, portsFrom } from './ports.ts';
import { type SenderFiles, writeSenders } from './senders.ts';
import { type StoreAddresses, serviceParts } from './service-parts.ts';
import type { Between, PartName, StackOptions } from './stack-options.ts';
import { type PartDefinition, type PartHandle, supervise } from './supervised-part.ts';

export interface Stack {
  readonly dataDir: string;
  /** Kept true when a part is restarted, as `endpoints.json` is. */
  readonly endpoints: Endpoints;
  /** By name: `kafka`, `gateway`, `gateway-1` … @throws Error if there is none */
  readonly part: (name: string) => PartHandle;
  /** All of them, in the order in which they were started. */
  readonly parts: () => readonly PartHandle[];
  /** Starts one more instance of a service, with settings of its own beside those of the others. */
  readonly addInstance: (service: ServiceName, env?: Readonly<Record<string, string>>) => Promise<PartHandle>;
  /** Stops everything in order: who takes from a part stops before it. */
  readonly stop: () => Promise<void>;
}

const DATABASE = 'caliper';
const USER = 'caliper';
const ALL: readonly PartName[] = ['kafka', 'registry', 'clickhouse', 'gateway', 'enricher', 'sink'];
const SERVICES: readonly ServiceName[] = ['gateway', 'enricher', 'sink'];

/**
 * Starts a real Kafka, registry and ClickHouse and the three services as processes of this machine, and keeps them running.
 * Nothing survives the process that called it.
 *
 * @throws Error in plain words when a folder or a port is taken or a part does not start; whatever had started is stopped
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const wanted = options.parts ?? ALL;
  if (wanted.includes('kafka') || wanted.includes('registry')) await fetchJvmParts({ report: () => {} });
  const folder = await claimDataFolder(options.dataDir);
  const handles = new Map<string, PartHandle>();
  const stop = async () => {
    await stopInOrder(handles);
    await folder.release();
  };
  try {
    return await startParts({ ...options, dataDir: folder.path }, wanted, handles, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  options: StackOptions,
  wanted: readonly PartName[],
  handles: Map<string, PartHandle>,
  stop: () => Promise<void>,
): Promise<Stack> {
  const { dataDir } = options;
  const ports = options.basePort === undefined ? await freePorts() : portsFrom(options.basePort);
  if (options.basePort !== undefined) await checkPortsFree(Object.values(ports));
  const between = options.between ?? straight;
  const brokers = await brokerAddresses(ports, options.brokers ?? 1, options.between);
  const senders = await writeSenders(dataDir, options.tenants ?? []);
  const password = await secretOf(dataDir, 'clickhouse');
  const sinkUser = await sinkUserOf(dataDir);
  const gatewayPort = await between('gateway', ports.gateway);
  const endpoints = endpointsOf({ ...ports, gateway: gatewayPort }, brokers, password, senders);

  const keepEndpoints = endpointsFile(dataDir, endpoints);
  let complete = false;
  const add = (definition: PartDefinition) => {
    const handle = supervise(definition, (event) => {
      if (event.kind === 'ready') {
        notePid(endpoints, event.part, event.pid);
        // Whoever reads it finds another process id until the next part is ready: no reason to end the stack.
        if (complete) keepEndpoints().catch(() => {});
      }
      options.onEvent?.(event);
    });
    handles.set(definition.name, handle);
    return handle;
  };

  const stores: PartDefinition[] = [];
  if (wanted.includes('kafka')) {
    const { fastBrokerRestart = false, brokerSettings: settings = {} } = options;
    const kafka = { dataDir, brokers, fastBrokerRestart, settings };
    stores.push(...brokers.map((broker) => kafkaPart(kafka, broker)));
  }
  if (wanted.includes('registry'))
    stores.push(registryPart({ dataDir, port: ports.registry, managementPort: ports.registryManagement }));
  if (wanted.includes('clickhouse')) {
    const { clickhouseHttp: httpPort, clickhouseTcp: tcpPort } = ports;
    stores.push(
      clickhousePart({
        dataDir,
        httpPort,
        tcpPort,
        user: USER,
        password,
        database: DATABASE,
        limitedUsers: [sinkUser],
      }),
    );
  }
  await allStarted(stores.map((store) => add(store)));

  const partitions = options.partitions ?? 6;
  for (const job of options.setUp ?? []) {
    const target = { endpoints, partitions, replicationFactor: brokers.length, tenantsFile: senders.tenantsFile };
    const what = await job.run(target);
    options.onEvent?.({ kind: 'set up', what });
  }

  const nextInstance = serviceParts({
    dataDir,
    ports,
    stores: await storeAddresses(ports, brokers, between),
    senders,
    partitions,
    sinkUser,
    env: options.env ?? {},
    between,
  });
  const services: PartDefinition[] = [];
  for (const service of SERVICES.filter((name) => wanted.includes(name))) {
    for (let count = options.instances?.[service] ?? 1; count > 0; count -= 1)
      services.push(await nextInstance(service));
  }
  await allStarted(services.map((service) => add(service)));
  await keepEndpoints();
  complete = true;
  return {
    dataDir,
    endpoints,
    stop,
    parts: () => [...handles.values()],
    addInstance: async (service, env) => {
      const handle = add(await nextInstance(service, env));
      await handle.start();
      return handle;
    },
    part: (name) => {
      const handle = handles.get(name);
      if (handle === undefined)
        throw new Error(`there is no part ${name}; there are ${[...handles.keys()].join(', ')}`);
      return handle;
    },
  };
}

/** All at once; the first that fails is the error, after every other one has settled, so that none is left half started. */
async function allStarted(handles: readonly PartHandle[]): Promise<void> {
  const outcomes = await Promise.allSettled(handles.map((handle) => handle.start()));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** Services first, each after the one that feeds it; then the stores, Kafka last, so that nobody logs that it is gone. */
async function stopInOrder(handles: ReadonlyMap<string, PartHandle>): Promise<void> {
  const groups = [['gateway'], ['enricher'], ['sink'], ['clickhouse', 'registry'], ['kafka']];
  for (const group of groups) {
    const parts = [...handles.values()].filter(({ name }) => group.includes(name.replace(/-\d+$/, '')));
    await Promise.all(parts.map((part) => part.stop()));
  }
}

async function brokerAddresses(ports: Ports, count: 1 | 3, between?: Between): Promise<BrokerAddress[]> {
  const brokers: BrokerAddress[] = [{ id: 1, port: ports.kafka, controllerPort: ports.kafkaController }];
  for (let id = 2; id <= count; id += 1) brokers.push({ id, port: await freePort(), controllerPort: await freePort() });
  if (between === undefined) return brokers;
  return Promise.all(
    brokers.map(async (broker) => {
      const port = await freePort();
      return { ...broker, between: { port, advertisedPort: await between(brokerName(brokers, broker), port) } };
    }),
  );
}

async function storeAddresses(
  ports: Ports,
  brokers: readonly BrokerAddress[],
  between: Between,
): Promise<StoreAddresses> {
  return {
    brokers: brokers.map((broker) => `127.0.0.1:${broker.between?.advertisedPort ?? broker.port}`).join(','),
    registryUrl: registryUrl(await between('registry', ports.registry)),
    clickhouseUrl: http(await between('clickhouse', ports.clickhouseHttp)),
    database: DATABASE,
  };
}

const straight: Between = async (_, port) => port;
const http = (port: number) => `http://127.0.0.1:${port}`;

function endpointsOf(
  ports: Ports,
  brokers: readonly BrokerAddress[],
  password: string,
  senders: SenderFiles,
): Endpoints {
  return {
    gateway: { endpoint: `${http(ports.gateway)}/caliper`, admin: http(ports.gatewayAdmin), pid: 0 },
    enricher: { admin: http(ports.enricherAdmin), pid: 0 },
    sink: { admin: http(ports.sinkAdmin), pid: 0 },
    kafka: { bootstrapServers: brokers.map(({ port }) => `127.0.0.1:${port}`).join(','), pid: 0 },
    registry: { url: registryUrl(ports.registry), pid: 0 },
    clickhouse: { url: http(ports.clickhouseHttp), user: USER, password, database: DATABASE, pid: 0 },
    sensors: [...senders.senders],
  };
}

async function sinkUserOf(dataDir: string): Promise<LimitedUser> {
  const grants = await roleGrants({ database: DATABASE }, 'sink');
  return { name: `${DATABASE}_sink`, password: await secretOf(dataDir, 'clickhouse-sink'), grants };
}

/** endpoints.json names the first instance of each part. */
function notePid(endpoints: Endpoints, part: string, pid: number): void {
  const name = part === 'kafka-1' ? 'kafka' : part;
  if (ALL.includes(name as PartName)) endpoints[name as PartName].pid = pid;
}
