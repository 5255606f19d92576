export { type ActualOutputs, compared } from './comparing.ts';
export type { KnownFact, LogRecord, ReferenceInput, ReferenceTenant } from './log.ts';
export { figuresOf, type Reference, referenceOf, SOME_INFERRED_SESSION } from './reference.ts';
