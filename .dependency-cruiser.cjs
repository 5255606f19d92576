/** The direction of imports (docs/architecture.md, "Rooms"). Each rule says what it protects. */
const IO = '^(node:)?(fs|net|http|https|child_process|dgram|dns|tls|worker_threads|os|process|timers)(/|$)';
const CLIENTS = 'node_modules/(kafkajs|@kafkajs|@clickhouse|fastify|pino|prom-client|lmdb|undici|chdb)';
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'caliper-imports-nothing-of-ours',
      comment: 'The language is pure: it depends on none of our packages.',
      severity: 'error',
      from: { path: '^shared/caliper/' },
      to: { path: '^(services|infra|tools|test|shared/(contracts|pipeline|kafka|runtime))/' },
    },
    {
      name: 'contracts-import-nothing-of-ours',
      severity: 'error',
      from: { path: '^shared/contracts/' },
      to: { path: '^(services|infra|tools|test|shared/(caliper|pipeline|kafka|runtime))/' },
    },
    {
      name: 'runtime-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^shared/runtime/' },
      to: { path: '^(services|infra|tools|test|shared/(caliper|contracts|pipeline|kafka))/' },
    },
    {
      name: 'pipeline-imports-contracts-only',
      severity: 'error',
      from: { path: '^shared/pipeline/' },
      to: { path: '^(services|infra|tools|test|shared/(caliper|kafka|runtime))/' },
    },
    {
      name: 'kafka-imports-contracts-and-runtime',
      severity: 'error',
      from: { path: '^shared/kafka/' },
      to: { path: '^(services|infra|tools|test|shared/(caliper|pipeline))/' },
    },
    {
      name: 'services-stand-alone',
      comment: 'Services talk through topics only: none imports another, and none imports the tools around them.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(services/(?!$1/)|infra|tools|test)' },
    },
    {
      name: 'domain-does-no-io',
      comment: 'domain/, caliper and contracts are pure: time, ids and settings come in as arguments.',
      severity: 'error',
      from: { path: '(/domain/|^shared/(caliper|contracts)/src/)', pathNot: '(\\.test\\.ts$|^shared/caliper/src/command/)' },
      to: { path: `(${IO}|${CLIENTS})` },
    },
    {
      name: 'domain-never-imports-io',
      severity: 'error',
      from: { path: '/domain/' },
      to: { path: '/(io|http|steps|state)/' },
    },
    {
      name: 'topology-imports-no-client',
      comment: 'topology.ts reads as a sentence; clients come in behind ports.',
      severity: 'error',
      from: { path: '/topology\\.ts$' },
      to: { path: `(${IO}|${CLIENTS})` },
    },
    {
      name: 'kafkajs-behind-its-port',
      severity: 'error',
      from: { pathNot: '^shared/kafka/' },
      to: { path: 'node_modules/(kafkajs|@kafkajs)' },
    },
    {
      name: 'avsc-default-import-only',
      comment: 'avsc is imported by the contracts and the serde only.',
      severity: 'error',
      from: { pathNot: '^(shared/(kafka|contracts)|services/sink)/' },
      to: { path: 'node_modules/avsc' },
    },
    { name: 'no-orphan-dependency', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(\\.cache|\\.local|/node_modules/\\.)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
