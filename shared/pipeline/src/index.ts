export * from './effects.ts';
export * from './pipeline.ts';
export * from './result.ts';
