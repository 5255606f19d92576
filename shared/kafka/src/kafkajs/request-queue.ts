import { pinned } from './pinned-kafkajs.ts';

/** What kafkajs keeps for each connection (network/requestQueue/index.js), as far as it is used here. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  /** Milliseconds since 1970; -1 when the broker has never asked for a pause. */
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  readonly checkPendingRequests: () => void;
  scheduleCheckPendingRequests: () => void;
}

const CHECK_MS = 10;

const { prototype } = pinned<{ readonly prototype: RequestQueue }>('src/network/requestQueue');

/**
 * Looks again only while something waits. kafkajs looks after each answer, too, when nothing does: 1 ms later, because -1 minus
 * now is no time to wait, and then again, for ever, on each connection (kafkajs issue 1751, whose TimeoutNegativeWarning is the
 * trace of it). In an idle stack that took a tenth of a core. Whatever is pushed while it may not be sent schedules a look
 * itself, and every answer looks at once.
 */
prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
  if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    Math.max(CHECK_MS, this.throttledUntil - Date.now()),
  );
};
