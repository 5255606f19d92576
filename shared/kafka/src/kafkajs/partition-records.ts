import type { Message } from 'kafkajs';
import type { OutputRecord } from '../port.ts';

/** The records of one partition in one request. kafkajs passes it on as the partition's messages and asks for the number. */
export class PartitionRecords {
  readonly records: OutputRecord[] = [];
  bytes = 0;

  get length(): number {
    return this.records.length;
  }

  add(record: OutputRecord, bytes: number): void {
    this.records.push(record);
    this.bytes += bytes;
  }
}

type Grouped = Record<string, readonly Message[] | PartitionRecords>;
type AddMessage = (grouped: Grouped, message: Message) => Grouped;

/**
 * The records of one topic as a list for kafkajs that is grouped already. kafkajs (producer/groupMessagesPerPartition.js)
 * walks over its messages with `reduce` and copies the list of a partition for each one it adds: 2 million copies for a
 * batch of 2,000. Here its step runs once per partition, so that the partitioner is asked, and the records come as they are.
 */
export function groupedMessages(partitions: ReadonlyMap<number, PartitionRecords>): Message[] {
  const reduce = (add: AddMessage, empty: Grouped): Grouped => {
    let grouped = empty;
    for (const [partition, records] of partitions) {
      grouped = add(grouped, { partition, value: null });
      if (grouped[partition]?.length !== 1)
        throw new Error(`kafkajs moves records of partition ${partition} elsewhere`);
      grouped[partition] = records;
    }
    return grouped;
  };
  return Object.assign([], { reduce });
}
