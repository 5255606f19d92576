import { connect, type Socket } from 'node:net';
import { DependencyError, messageOf } from '../dependency-error.ts';
import type { BrokerProbe } from '../port.ts';
import { metadataRequest, readMetadata, type TopicMetadata, wholeFrame } from './metadata-protocol.ts';

export interface BrokerProbeOptions {
  /** Milliseconds for connection and answer together. */
  readonly timeoutMs?: number;
}

/**
 * Asks for metadata on a connection of its own, new each time: what it sees is what a client that starts now would see,
 * and neither a stuck connection nor another client's retries can hide or prolong an outage. All brokers are asked at
 * once, the first answer counts. Readiness asks once a second, so that a loss is told within 3 s.
 */
export function createBrokerProbe(
  { brokers, clientId }: { readonly brokers: readonly string[]; readonly clientId: string },
  { timeoutMs = 1_500 }: BrokerProbeOptions = {},
): BrokerProbe {
  const ask = async (topics: readonly string[]): Promise<readonly TopicMetadata[]> => {
    const settled = new AbortController();
    const signal = AbortSignal.any([settled.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      return await Promise.any(brokers.map((broker) => askBroker(broker, `${clientId}-probe`, topics, signal)));
    } catch (error) {
      const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
      throw new DependencyError('broker_unavailable', messageOf(first), first);
    } finally {
      settled.abort();
    }
  };

  return {
    check: async (topics) => {
      try {
        const metadata = await ask(topics);
        const leaderless = metadata.find(({ partitions }) => !partitions.some(({ leader }) => leader !== null));
        if (leaderless === undefined) return { kind: 'up' };
        const why = leaderless.errorCode === 3 ? 'does not exist' : 'has no leader';
        return { kind: 'down', detail: `${leaderless.topic} ${why}` };
      } catch (error) {
        return { kind: 'down', detail: messageOf(error) };
      }
    },
    leaders: async (topic) => {
      const [metadata] = await ask([topic]);
      const led = metadata?.partitions.filter(({ leader }) => leader !== null) ?? [];
      return new Set(led.map(({ partition }) => partition));
    },
    leadership: async (topics) => {
      const metadata = await ask(topics);
      const leadersOf = ({ partitions }: TopicMetadata) =>
        new Map(partitions.map(({ partition, leader }) => [partition, leader]));
      return new Map(metadata.map((topic) => [topic.topic, leadersOf(topic)]));
    },
  };
}

function askBroker(broker: string, clientId: string, topics: readonly string[], signal: AbortSignal) {
  return new Promise<readonly TopicMetadata[]>((resolve, reject) => {
    const socket = open(broker);
    const chunks: Buffer[] = [];
    const fail = (reason: unknown) => {
      socket.destroy();
      reject(reason instanceof Error ? reason : new Error(String(reason)));
    };
    const timeUp = () => fail(new Error(`${broker} does not answer`));
    signal.addEventListener('abort', timeUp, { once: true });
    socket.once('connect', () => socket.write(metadataRequest(1, clientId, topics)));
    socket.once('error', fail);
    socket.once('close', () => {
      signal.removeEventListener('abort', timeUp);
      fail(new Error(`${broker} closed the connection`));
    });
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const frame = wholeFrame(Buffer.concat(chunks));
      if (frame === null) return;
      try {
        resolve(readMetadata(frame));
        socket.destroy();
      } catch (error) {
        fail(error);
      }
    });
  });
}

/** host:port, with an IPv6 host in brackets. */
function open(broker: string): Socket {
  const colon = broker.lastIndexOf(':');
  const host = broker.slice(0, colon).replace(/^\[|\]$/g, '');
  return connect({ host, port: Number(broker.slice(colon + 1)) });
}
