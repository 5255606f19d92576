import { readFileSync } from 'node:fs';

/**
 * Changes with every start of the kernel. null = this system does not tell (not Linux): then nothing that was not closed
 * in order is trusted.
 */
export function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
