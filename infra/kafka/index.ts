export * from './create-topics.ts';
export * from './register-schemas.ts';
