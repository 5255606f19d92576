-- What was said of entities, their nesting and memberships: from describes and from events. What holds is for the readers to
-- decide (docs/semantics.md, "Facts"). One row per key of the record in Kafka; of several under one key the last by event
-- time and event key stays, in whatever order they come.
CREATE TABLE IF NOT EXISTS {{database}}.facts {{on_cluster}}
(
    tenant LowCardinality(String),
    kind LowCardinality(String) COMMENT 'nesting, entity or membership',
    sensor LowCardinality(String),
    source LowCardinality(String) COMMENT 'describe, event or roster',
    entity_id String CODEC(ZSTD(1)),
    entity_type LowCardinality(String),
    parent_id String COMMENT 'empty = it belonged to none' CODEC(ZSTD(1)),
    parent_type LowCardinality(String),
    observed_day Date CODEC(ZSTD(1)),
    event_time DateTime64(3, 'UTC') COMMENT 'of the event, else sendTime, else of the receipt' CODEC(ZSTD(1)),
    event_key UUID COMMENT 'decides between equal times',
    received_at DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    name String CODEC(ZSTD(1)),
    external_id String CODEC(ZSTD(1)),
    academic_session LowCardinality(String),
    member_id String CODEC(ZSTD(1)),
    organization_id String CODEC(ZSTD(1)),
    roles Array(LowCardinality(String)),
    status LowCardinality(String),
    valid_from Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    flags Array(LowCardinality(String)),
    raw String COMMENT 'of describes; no query reads it' CODEC(ZSTD(3)),
    rule_version UInt32 CODEC(ZSTD(1)),
    version UInt64 COMMENT 'milliseconds of received_at' CODEC(ZSTD(1)),
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(ZSTD(1)),
    fact_key String MATERIALIZED multiIf(kind = 'nesting', concat(entity_id, '\0', parent_id, '\0', toString(toUInt16(observed_day))), kind = 'membership', concat(organization_id, '\0', member_id), entity_id) CODEC(ZSTD(1)),
    rank UInt128 MATERIALIZED bitShiftLeft(toUInt128(greatest(0, toUnixTimestamp64Milli(event_time))), 64) + bitShiftRight(toUInt128(event_key), 64) CODEC(ZSTD(1))
)
ENGINE = {{engine:ReplacingMergeTree(rank)}}
ORDER BY (tenant, kind, fact_key)
SETTINGS non_replicated_deduplication_window = 0, replicated_deduplication_window = 0;

CREATE OR REPLACE VIEW {{database}}.facts_current {{on_cluster}}
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT * EXCEPT (version)
FROM {{database}}.facts FINAL;
