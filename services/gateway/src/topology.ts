import { pipeline } from '@caliper-pipeline/pipeline';
import type { BodyLimits } from './domain/limits.ts';
import type { ReceivedBody } from './domain/received-body.ts';
import { checkMediaType } from './steps/check-media-type.ts';
import { type EncodeOptions, encodeRecords } from './steps/encode-records.ts';
import { inflateBody } from './steps/inflate-body.ts';
import { type InterpretPorts, interpretItems } from './steps/interpret-items.ts';
import { parseBody } from './steps/parse-body.ts';
import { type DeliveredBody, readDeliveries } from './steps/read-deliveries.ts';

export interface ReceptionPorts extends EncodeOptions, InterpretPorts {
  readonly limits: BodyLimits;
}

/**
 * What the gateway does with an authenticated body, by HTTP and from Kafka alike: it is read as a whole, then accepted a
 * slice of its items at a time, so that a large body leaves room for others in between. What comes out must be
 * acknowledged by the broker before the answer is yes (`receiveBody`); what ends in `read` is the sender's problem document
 * and a dead letter.
 */
export const reception = (ports: ReceptionPorts) => ({
  read: pipeline<ReceivedBody>()
    .through(checkMediaType())
    .through(inflateBody(ports.limits))
    .through(parseBody(ports.limits))
    .through(readDeliveries(ports.limits)),
  accept: pipeline<DeliveredBody>().through(interpretItems(ports)).through(encodeRecords(ports)),
});

export type Reception = ReturnType<typeof reception>;
