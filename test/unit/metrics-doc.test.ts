import { type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { enricherMetrics } from '../../services/enricher/src/metrics.ts';
import { stageMetrics } from '../../services/enricher/src/stage-metrics.ts';
import { gatewayMetrics } from '../../services/gateway/src/metrics.ts';
import { sinkMetrics } from '../../services/sink/src/metrics.ts';
import { readDocument, section, tableRows } from './documents.ts';

const document = readDocument('docs/metrics.md');
const services = [
  { heading: '## Gateway', metrics: gatewayMetrics },
  {
    heading: '## Enricher',
    metrics: (registry: Registry) => {
      enricherMetrics(registry);
      stageMetrics(registry);
    },
  },
  { heading: '## Sink', metrics: sinkMetrics },
] as const;

/** prom-client keeps the names of labels on the metric and shows them only with values. */
function labelsOf(registry: Registry, name: string): readonly string[] {
  const metric: object = registry.getSingleMetric(name) ?? {};
  return 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : [];
}

for (const { heading, metrics } of services) {
  test(`docs/metrics.md, "${heading.slice(3)}", lists what the service counts, and nothing else`, async () => {
    const registry = new Registry();
    metrics(registry);
    const counted: MetricObjectWithValues<MetricValue<string>>[] = await registry.getMetricsAsJSON();
    const expected = counted.map(({ name, type }) => [name, String(type), labelsOf(registry, name).join(', ')]);
    const rows = tableRows(section(document, heading));
    expect(rows.map(([name, type, labels]) => [name, type, labels]).toSorted()).toEqual(expected.toSorted());
    for (const [name, , , meaning] of rows) expect(meaning, name).not.toBe('');
  });
}
