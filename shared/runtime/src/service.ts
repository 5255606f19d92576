import type { Registry } from 'prom-client';
import { type AdminServer, startAdminServer } from './admin-server.ts';
import { toAppError } from './app-error.ts';
import type { Environment } from './config.ts';
import { type Dependency, watchHealth } from './health.ts';
import { createLogger, type Logger } from './logger.ts';
import { createMetrics } from './metrics.ts';

/** STARTING → RUNNING → STOPPING (no new work) → DRAINED (accepted work is done) → STOPPED. */
export type ServiceState = 'starting' | 'running' | 'stopping' | 'drained' | 'stopped';

export interface CommonConfig {
  readonly CALIPER_INSTANCE: string;
  readonly CALIPER_ADMIN_HOST: string;
  readonly CALIPER_ADMIN_PORT: number;
  readonly CALIPER_LOG_LEVEL: string;
  readonly CALIPER_STOP_TIMEOUT_MS: number;
}

export interface ServiceTools {
  readonly logger: Logger;
  readonly metrics: Registry;
  /** Ends the process with a reason: for what only a fresh start can mend. */
  readonly fatal: (reason: string, cause?: unknown) => void;
}

export interface RunningService {
  readonly dependencies: readonly Dependency[];
  /** Stops taking work and returns when everything accepted is done. Bounded by CALIPER_STOP_TIMEOUT_MS. */
  readonly drain: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ServiceDefinition<C extends CommonConfig> {
  readonly name: string;
  readonly readConfig: (environment: Environment) => C;
  readonly start: (config: C, tools: ServiceTools) => Promise<RunningService>;
}

/** The part of `process` that a service's main.ts hands in; nothing else touches it. */
export interface ProcessPort {
  readonly env: Environment;
  readonly on: (
    event: 'SIGTERM' | 'SIGINT' | 'uncaughtException' | 'unhandledRejection',
    listener: (detail: unknown) => void,
  ) => void;
  readonly exit: (code: number) => void;
  readonly stderr: (line: string) => void;
}

/** Runs a service from its settings to its end, the same way for all of them. */
export async function runService<C extends CommonConfig>(
  definition: ServiceDefinition<C>,
  host: ProcessPort,
): Promise<void> {
  let config: C;
  try {
    config = definition.readConfig(host.env);
  } catch (error) {
    host.stderr(`${definition.name}: ${toAppError(error).message}`);
    host.exit(78); // EX_CONFIG of sysexits.h: a restart will not help
    return;
  }
  const logger = createLogger(definition.name, config.CALIPER_INSTANCE, config.CALIPER_LOG_LEVEL);
  const metrics = createMetrics(definition.name);
  let state: ServiceState = 'starting';
  let running: RunningService | undefined;
  let admin: AdminServer | undefined;
  const health = watchHealth();

  const enter = (next: ServiceState) => {
    state = next;
    logger.info({ state }, 'state');
  };
  const end = (code: number) => {
    enter('stopped');
    // The log is written asynchronously: the last line leaves before the process does.
    setImmediate(() => host.exit(code));
  };
  const fatal = (reason: string, cause?: unknown) => {
    logger.error({ err: cause, reason }, 'fatal');
    health.fail(reason);
    end(1);
  };
  const stop = async (signal: string) => {
    if (state === 'stopping' || state === 'drained' || state === 'stopped') return;
    logger.info({ signal }, 'stop asked');
    enter('stopping');
    health.markStopping();
    const deadline = setTimeout(() => {
      logger.warn(
        { afterMs: config.CALIPER_STOP_TIMEOUT_MS },
        'stop took too long: what was not acknowledged comes again',
      );
      host.exit(1);
    }, config.CALIPER_STOP_TIMEOUT_MS);
    try {
      await running?.drain();
      enter('drained');
      await running?.close();
      health.stop();
      await admin?.close();
    } catch (error) {
      logger.warn({ err: error }, 'stop');
    }
    clearTimeout(deadline);
    end(0);
  };
  host.on('SIGTERM', () => void stop('SIGTERM'));
  host.on('SIGINT', () => void stop('SIGINT'));
  host.on('uncaughtException', (error) => fatal('uncaught exception', error));
  host.on('unhandledRejection', (error) => fatal('unhandled rejection', error));

  try {
    // First, so that a service that waits for its dependencies is seen to be alive and not ready.
    const address = { host: config.CALIPER_ADMIN_HOST, port: config.CALIPER_ADMIN_PORT };
    admin = await startAdminServer(address, health, metrics);
    running = await definition.start(config, { logger, metrics, fatal });
    health.watch(running.dependencies);
    health.markStarted();
    enter('running');
  } catch (error) {
    fatal('start failed', error);
  }
}
