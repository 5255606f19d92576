export type { Endpoints } from './endpoints.ts';
export { fetchJvmParts } from './fetch-jvm-parts.ts';
export { DEFAULT_BASE_PORT, freePort } from './ports.ts';
export { DEMO_TENANT, type Sender } from './senders.ts';
export { setUpJobs } from './set-up.ts';
export { type Stack, startStack } from './stack.ts';
export type { Between, PartName, SetUpJob, SetUpTarget, StackEvent, StackOptions } from './stack-options.ts';
export type { PartHandle } from './supervised-part.ts';
