import { processPort, runService } from '@caliper-pipeline/runtime';
import { readSinkConfig } from './config.ts';
import { startSink } from './start.ts';

await runService({ name: 'sink', readConfig: readSinkConfig, start: startSink }, processPort(process));
