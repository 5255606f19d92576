-- What was authenticated and could not become a row or a fact, with what is needed to look at it and to replay it.
-- Kept for 30 days from its receipt: a payload is personal data. No partitions: a repeat of a letter has the same id and may
-- carry another time of receipt.
CREATE TABLE IF NOT EXISTS {{database}}.dead_letters {{on_cluster}}
(
    id UUID COMMENT 'a function of source and content',
    tenant LowCardinality(String),
    sensor LowCardinality(String),
    received_at DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    stage LowCardinality(String) COMMENT 'gateway, enricher or sink',
    step LowCardinality(String),
    reason LowCardinality(String) COMMENT 'a code of docs/errors.md',
    detail String CODEC(ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    service_version LowCardinality(String),
    rule_version UInt32 CODEC(ZSTD(1)),
    source_topic LowCardinality(String) COMMENT 'empty for HTTP',
    source_partition Int32 COMMENT '-1 for HTTP' CODEC(ZSTD(1)),
    source_offset Int64 COMMENT '-1 for HTTP' CODEC(ZSTD(1)),
    content_type LowCardinality(String),
    payload String COMMENT 'redacted, cut at 1 MB' CODEC(ZSTD(3)),
    payload_bytes UInt64 COMMENT 'length before it was cut' CODEC(ZSTD(1)),
    payload_hash String COMMENT 'SHA-256 of the whole redacted payload, hex' CODEC(ZSTD(1)),
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(ZSTD(1)),
    replayed_at Nullable(DateTime64(3, 'UTC')) COMMENT 'when it was sent again; NULL = it was not',
    -- The last replay wins over every repeat of the letter itself.
    version UInt64 MATERIALIZED toUInt64(ifNull(toUnixTimestamp64Milli(replayed_at), 0))
)
ENGINE = {{engine:ReplacingMergeTree(version)}}
ORDER BY (tenant, id)
TTL toDateTime(received_at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 0, replicated_deduplication_window = 0;

CREATE OR REPLACE VIEW {{database}}.dead_letters_current {{on_cluster}}
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT *
FROM {{database}}.dead_letters FINAL;
