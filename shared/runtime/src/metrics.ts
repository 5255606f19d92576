import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry of its own for each process, with Node's figures and the name of the service on every series. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/**
 * Keeps the values of a label within a bound: what comes later than the first `most` values is counted as `other`.
 * Labels that hold words of a sender (types, sensors) must not make series without end.
 */
export function boundedLabel(most: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= most) return 'other';
    known.add(value);
    return value;
  };
}
