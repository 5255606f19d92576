import type { ProcessPort } from './service.ts';

/** The real process, for main.ts. */
export function processPort(host: NodeJS.Process): ProcessPort {
  return {
    env: host.env,
    on: (event, listener) => void host.on(event, listener),
    exit: (code) => host.exit(code),
    stderr: (line) => void host.stderr.write(`${line}\n`),
  };
}
