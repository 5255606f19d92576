import { type Stack, type StackOptions, setUpJobs, startStack } from '@caliper-pipeline/infra';

/** The whole pipeline as `npm start` runs it, on free ports. */
export function startPipeline(options: StackOptions): Promise<Stack> {
  return startStack({ setUp: setUpJobs, partitions: 3, ...options });
}
