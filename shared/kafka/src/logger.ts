type Log = (fields: object, message: string) => void;

/** What this package asks of a logger; pino fits. */
export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
}

/** For tests and one-shot commands that print for themselves. */
export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
