import { processPort, runService } from '@caliper-pipeline/runtime';
import { readGatewayConfig } from './config.ts';
import { startGateway } from './start.ts';

await runService({ name: 'gateway', readConfig: readGatewayConfig, start: startGateway }, processPort(process));
