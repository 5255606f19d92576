import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ffi from 'ffi-rs';

const { DataType, load, open } = ffi;

/**
 * Runs a real ClickHouse server inside this process: libchdb carries clickhouse-local, which can open the server's
 * listeners. Its last query reads standard input, so the server lives exactly as long as somebody holds that pipe open:
 * no parent, no server.
 *
 *     node clickhouse-host.ts DATA_DIR HTTP_PORT TCP_PORT CONFIG_FILE
 */
const [dataDir, httpPort, tcpPort, configFile] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const library = join(
  dirname(
    require.resolve(
      `@chdb/lib-${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}/package.json`,
    ),
  ),
  'libchdb.so',
);
const args = [
  'clickhouse',
  `--path=${dataDir}`,
  `--config-file=${configFile}`,
  '--listen_host=127.0.0.1',
  `--http_port=${httpPort}`,
  `--tcp_port=${tcpPort}`,
  "--query=SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; SELECT count() FROM file('stdin', LineAsString) FORMAT Null",
];
open({ library: 'chdb', path: library });
const code = load({
  library: 'chdb',
  funcName: 'chdb_query_cmdline',
  retType: DataType.I32,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [args.length, args],
});
process.exit(code);
