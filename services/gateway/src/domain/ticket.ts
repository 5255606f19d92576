/** Whether somebody still waits for a piece of work. What nobody waits for is not begun. */
export interface Ticket {
  readonly expired: boolean;
}

/** Of work that is waited for however long it takes: records of the Kafka ingress. */
export const WAITED_FOR: Ticket = { expired: false };
