import { AppError } from '@caliper-pipeline/runtime';
import type { Ticket } from '../domain/ticket.ts';

/**
 * What `work` gives, or `broker_unavailable` when it takes longer. Work that has not begun by then sees it on its ticket
 * and does not begin; what is under way goes on without anybody waiting.
 */
export function withinBudget<T>(ms: number, work: (ticket: Ticket) => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const ticket = { expired: false };
    const timer = setTimeout(() => {
      ticket.expired = true;
      reject(new AppError('broker_unavailable', `not durable within ${ms} ms`));
    }, ms);
    work(ticket).then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
