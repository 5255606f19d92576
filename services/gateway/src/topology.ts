import { pipeline } from '@caliper-pipeline/pipeline';
import type { Tenant } from '@caliper-pipeline/runtime';
import type { ReceivedBody } from './domain/received-body.ts';
import { type EncodeOptions, encodeRecords } from './steps/encode-records.ts';
import { interpretItems } from './steps/interpret-items.ts';
import { parseBody } from './steps/parse-body.ts';
import { readDeliveries } from './steps/read-deliveries.ts';

export interface ReceptionPorts extends EncodeOptions {
  readonly tenants: () => ReadonlyMap<string, Tenant>;
  readonly maxDepth: number;
  readonly maxItems: number;
}

/**
 * What the gateway does with an authenticated body, by HTTP and from Kafka alike. What comes out must be acknowledged by
 * the broker before the answer is yes (`receiveBody`); what ends on the way is the sender's problem document and a dead letter.
 */
export const reception = (ports: ReceptionPorts) =>
  pipeline<ReceivedBody>()
    .through(parseBody(ports))
    .through(readDeliveries(ports))
    .through(interpretItems(ports))
    .through(encodeRecords(ports));

export type ReceptionPipeline = ReturnType<typeof reception>;
