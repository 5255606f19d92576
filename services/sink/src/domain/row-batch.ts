/** Rows of one table that were written with one schema: what one Avro container can hold. */
export interface RowBatch {
  /** Names of the fields of the writer's schema, which are columns of the table. */
  readonly columns: readonly string[];
  /** The writer's schema as it is registered. */
  readonly schemaText: string;
  /** Record bodies as they came: Avro without the header of five bytes. */
  readonly bodies: readonly Buffer[];
}
