export interface OccupancyBounds {
  readonly maxRequests: number;
  readonly maxBytes: number;
}

/** `full`: nobody has room. `tenant_full`: this tenant has its half; the other half is for everybody else. */
export type Room = 'ok' | 'full' | 'tenant_full';

/** Requests in hand and the bytes of their bodies, in all and by tenant. Neither can be filled by one tenant alone. */
export interface Occupancy {
  readonly enter: (tenant: string) => Room;
  readonly leave: (tenant: string) => void;
  readonly hold: (tenant: string, bytes: number) => Room;
  readonly release: (tenant: string, bytes: number) => void;
  readonly requests: () => number;
  readonly bytes: () => number;
}

interface Share {
  requests: number;
  bytes: number;
}

export function createOccupancy({ maxRequests, maxBytes }: OccupancyBounds): Occupancy {
  const shares = new Map<string, Share>();
  const total: Share = { requests: 0, bytes: 0 };
  const shareOf = (tenant: string): Share => {
    let share = shares.get(tenant);
    if (share === undefined) {
      share = { requests: 0, bytes: 0 };
      shares.set(tenant, share);
    }
    return share;
  };
  return {
    enter: (tenant) => {
      const share = shareOf(tenant);
      if (total.requests >= maxRequests) return 'full';
      if (share.requests >= Math.ceil(maxRequests / 2)) return 'tenant_full';
      share.requests += 1;
      total.requests += 1;
      return 'ok';
    },
    leave: (tenant) => {
      shareOf(tenant).requests -= 1;
      total.requests -= 1;
    },
    hold: (tenant, bytes) => {
      const share = shareOf(tenant);
      if (total.bytes + bytes > maxBytes) return 'full';
      if (share.bytes + bytes > maxBytes / 2) return 'tenant_full';
      share.bytes += bytes;
      total.bytes += bytes;
      return 'ok';
    },
    release: (tenant, bytes) => {
      shareOf(tenant).bytes -= bytes;
      total.bytes -= bytes;
    },
    requests: () => total.requests,
    bytes: () => total.bytes,
  };
}
