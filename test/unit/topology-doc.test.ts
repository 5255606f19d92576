import { expect, test } from 'vitest';
import { createFactsIndex } from '../../services/enricher/src/domain/facts-index.ts';
import { enrichment } from '../../services/enricher/src/topology.ts';
import { reception } from '../../services/gateway/src/topology.ts';
import { loading } from '../../services/sink/src/topology.ts';
import { numberedNames, readDocument, section } from './documents.ts';

const architecture = readDocument('docs/architecture.md');
const encoder = { encode: () => Buffer.alloc(0) };

test('docs/architecture.md lists the steps of the gateway in their order', () => {
  const { read, accept } = reception({
    encoders: { event: encoder, fact: encoder, deadLetter: encoder },
    commonPartitions: 1,
    serviceVersion: '',
    tenants: () => new Map(),
    limits: {
      maxBodyBytes: 1,
      maxInflatedBytes: 1,
      maxInflateRatio: 1,
      maxDepth: 1,
      maxItems: 1,
      maxEventBytes: 1,
    },
  });
  expect(numberedNames(section(architecture, '### Gateway'))).toEqual([...read.steps, ...accept.steps]);
});

test('docs/architecture.md lists the steps of the enricher in their order', () => {
  const { steps } = enrichment({
    decodeBlocks: () => ({ kind: 'undecodable', detail: '' }),
    tenants: () => new Map(),
    spliceBlocks: (_resolved, unread) => unread,
    factEncoder: encoder,
    directory: createFactsIndex(),
    sourceGeneration: 1,
  });
  expect(numberedNames(section(architecture, '### Enricher'))).toEqual(steps);
});

test('docs/architecture.md lists the steps of the sink in their order', () => {
  const { steps } = loading({
    writerSchemas: {
      ensure: async () => {},
      isLoaded: () => true,
      find: (id) => ({ kind: 'unknown_schema', id, detail: '' }),
    },
  });
  expect(numberedNames(section(architecture, '### Sink'))).toEqual(steps);
});
