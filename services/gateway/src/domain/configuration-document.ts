import type { Sender } from './senders.ts';
import { acceptedContexts } from './versions.ts';

const spellings = {
  camelCase: ['caliperSupportedVersions', 'caliperMaximumPayloadSize', 'caliperSupportedExtensions'],
  snake_case: ['caliper_supported_versions', 'caliper_maximum_payload_size', 'caliper_supported_extensions'],
} as const;

/**
 * What GET answers (Caliper 1.2, "endpoint configuration"): versions, the largest body in kilobytes, extensions, and nothing
 * else. The specification's text and its own fixture spell the keys differently, so a sensor has the spelling it reads.
 */
export function configurationDocument(
  sender: Pick<Sender, 'versions' | 'configurationKeys'>,
  { maxBodyBytes, productVersion }: { readonly maxBodyBytes: number; readonly productVersion: string },
): Readonly<Record<string, unknown>> {
  const [versions, size, extensions] = spellings[sender.configurationKeys];
  return {
    [versions]: acceptedContexts(sender),
    [size]: Math.floor(maxBodyBytes / 1024),
    [extensions]: { endpointName: 'caliper-pipeline', endpointVersion: productVersion },
  };
}
