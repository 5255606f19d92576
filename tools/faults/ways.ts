import type { Between } from '@caliper-pipeline/infra';
import type { Way } from './tcp-lane.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** The ways between senders, services and stores, each through a proxy. */
export interface Ways extends AsyncDisposable {
  /** For `startStack`. */
  readonly between: Between;
  /** @throws Error when nothing of that name is reached through a proxy */
  readonly set: (part: string, way: Way) => void;
}

/** All gateways are behind one proxy, as behind a load balancer; each broker has its own. */
export function createWays(): Ways {
  const proxies = new Map<string, TcpProxy>();
  const nameOf = (part: string) => (part.startsWith('gateway') ? 'gateway' : part);
  return {
    between: async (part, port) => {
      const name = nameOf(part);
      const proxy = proxies.get(name) ?? (await startTcpProxy());
      proxies.set(name, proxy);
      proxy.addTarget(port);
      return proxy.port;
    },
    set: (part, way) => {
      const proxy = proxies.get(nameOf(part));
      if (proxy === undefined) throw new Error(`no way to ${part}; there are ${[...proxies.keys()].join(', ')}`);
      proxy.set(way);
    },
    [Symbol.asyncDispose]: async () => {
      for (const proxy of proxies.values()) await proxy[Symbol.asyncDispose]();
    },
  };
}
