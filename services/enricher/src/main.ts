import { processPort, runService } from '@caliper-pipeline/runtime';
import { readEnricherConfig } from './config.ts';
import { startEnricher } from './start.ts';

await runService({ name: 'enricher', readConfig: readEnricherConfig, start: startEnricher }, processPort(process));
