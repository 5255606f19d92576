import { createRequire } from 'node:module';

/** An exchange is what to send and how to read the answer. */
interface Definition<Request, Exchange> {
  readonly versions: readonly string[];
  protocol: (of: { readonly version: number }) => (request: Request) => Exchange;
}

/** Whose inner parts ours were written for. */
const PINNED = '2.2.4';

/**
 * An inner part of kafkajs. It is not part of its interface: so kafkajs' version is held, and tests go through the part.
 *
 * @param path inside the package
 * @throws Error when another kafkajs is installed
 */
export function pinned<Part>(path: string): Part {
  const load = createRequire(import.meta.url);
  const { version: installed }: { readonly version: string } = load('kafkajs/package.json');
  if (installed !== PINNED)
    throw new Error(`kafkajs ${installed} is installed, and ours knows the inside of ${PINNED}`);
  return load(`kafkajs/${path}`);
}

/**
 * Puts a step of ours behind the place where kafkajs looks up how it speaks a request: `change` gets what kafkajs would do in
 * the version that is spoken, and gives what is done.
 *
 * @param version the one that ours knows
 * @throws Error when another kafkajs is installed, or one that does not speak it
 */
export function changeProtocol<Request, Exchange>(
  api: 'Produce' | 'Fetch',
  version: number,
  change: (theirs: Exchange, request: Request, spoken: number) => Exchange,
): void {
  const { requests } = pinned<{ readonly requests: Record<typeof api, Definition<Request, Exchange>> }>(
    'src/protocol/requests',
  );
  const definition = requests[api];
  if (!definition.versions.includes(String(version))) throw new Error(`kafkajs does not speak ${api} ${version}`);
  const original = definition.protocol;
  definition.protocol = (of) => {
    const protocol = original(of);
    return (request) => change(protocol(request), request, of.version);
  };
}
