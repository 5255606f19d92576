import { createRequire } from 'node:module';

/** An exchange is what to send and how to read the answer. */
interface Definition<Request, Exchange> {
  readonly versions: readonly string[];
  protocol: (of: { readonly version: number }) => (request: Request) => Exchange;
}

/** Whose inner parts the encoder and the decoder of record batches were written for. */
const PINNED = '2.2.4';

/**
 * Puts a step of ours behind the place where kafkajs looks up how it speaks a request: `change` gets what kafkajs would do in
 * the version that is spoken, and gives what is done. The place is not part of its interface: so kafkajs' version is held,
 * and tests go through the look-up.
 *
 * @param version the one that ours knows
 * @throws Error when another kafkajs is installed, or one that does not speak it
 */
export function changeProtocol<Request, Exchange>(
  api: 'Produce' | 'Fetch',
  version: number,
  change: (theirs: Exchange, request: Request, spoken: number) => Exchange,
): void {
  const load = createRequire(import.meta.url);
  const { version: installed }: { readonly version: string } = load('kafkajs/package.json');
  const definition: Definition<Request, Exchange> = load('kafkajs/src/protocol/requests').requests[api];
  if (installed !== PINNED || !definition.versions.includes(String(version))) {
    throw new Error(`kafkajs ${installed} is installed, and record batches were taught to ${PINNED}`);
  }
  const original = definition.protocol;
  definition.protocol = (of) => {
    const protocol = original(of);
    return (request) => change(protocol(request), request, of.version);
  };
}
