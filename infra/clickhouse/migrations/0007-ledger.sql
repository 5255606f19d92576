-- What became of the records of each committed range of each stage. A range that is written twice is one row.
CREATE TABLE IF NOT EXISTS {{database}}.ledger {{on_cluster}}
(
    stage LowCardinality(String) COMMENT 'enricher, or sink.<table>',
    topic LowCardinality(String),
    generation Int32,
    partition Int32,
    position_before Int64 CODEC(ZSTD(1)),
    position_after Int64 CODEC(ZSTD(1)),
    log_end Int64 COMMENT 'end of the partition when known, else -1' CODEC(ZSTD(1)),
    run_id LowCardinality(String) COMMENT 'live, or the name of a rewind',
    recorded_at DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    counts Array(Tuple(tenant String, sensor String, received_hour DateTime64(3, 'UTC'), records_in UInt64, records_out UInt64, duplicates UInt64, conflicts UInt64, dead Map(LowCardinality(String), UInt64))) COMMENT 'by tenant, sensor and hour of receipt' CODEC(ZSTD(1)),
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(ZSTD(1))
)
ENGINE = {{engine:ReplacingMergeTree(recorded_at)}}
ORDER BY (stage, topic, generation, partition, run_id, position_before, position_after)
TTL toDateTime(recorded_at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 0, replicated_deduplication_window = 0;

-- The ranges that hold. A range that was told and not committed (a crash in between) is told again, perhaps cut elsewhere: the
-- first telling lies inside another range, or another begins inside it and none at its end. gap and overlap are 0 where the
-- ledger is continuous.
CREATE OR REPLACE VIEW {{database}}.ledger_ranges {{on_cluster}}
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
WITH
    told AS
    (
        SELECT
            *,
            max(position_after) OVER (PARTITION BY stage, topic, generation, partition, run_id) AS last,
            min(position_before) OVER (PARTITION BY stage, topic, generation, partition, run_id ORDER BY position_before ASC, position_after DESC ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next_before
        FROM {{database}}.ledger FINAL
    ),
    reached AS
    (
        SELECT
            * EXCEPT (last, next_before),
            max(position_after) OVER (PARTITION BY stage, topic, generation, partition, run_id ORDER BY position_before ASC, position_after DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_that
        FROM told
        WHERE position_after = last OR next_before >= position_after OR (stage, topic, generation, partition, run_id, position_after) IN (
            SELECT stage, topic, generation, partition, run_id, position_before FROM {{database}}.ledger)
    )
SELECT
    * EXCEPT (before_that, inserted_at),
    if(before_that = 0, 0, greatest(0, position_before - before_that)) AS gap,
    if(before_that = 0, 0, greatest(0, before_that - position_before)) AS overlap
FROM reached
WHERE position_after > before_that;

-- Sums of the ledger, never of rows: what each stage took in and gave out, by tenant, sensor and hour of receipt.
CREATE OR REPLACE VIEW {{database}}.completeness {{on_cluster}}
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT
    stage,
    run_id,
    entry.tenant AS tenant,
    entry.sensor AS sensor,
    entry.received_hour AS received_hour,
    sum(entry.records_in) AS records_in,
    sum(entry.records_out) AS records_out,
    sum(entry.duplicates) AS duplicates,
    sum(entry.conflicts) AS conflicts,
    sumMap(CAST(entry.dead, 'Map(String, UInt64)')) AS dead
FROM {{database}}.ledger_ranges
ARRAY JOIN counts AS entry
GROUP BY stage, run_id, tenant, sensor, received_hour;

-- Holds the rows of events against the ledger of the sink. difference is 0 where every record became a row of its own; it is
-- above 0 where a row is missing, or where records repeat one event (a re-send that no stage removed).
CREATE OR REPLACE VIEW {{database}}.events_audit {{on_cluster}}
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT
    tenant,
    sensor,
    received_hour,
    sum(told) AS records_told,
    sum(found) AS rows_found,
    toInt64(records_told) - toInt64(rows_found) AS difference
FROM
(
    SELECT tenant, sensor, received_hour, records_out AS told, 0 AS found
    FROM {{database}}.completeness
    WHERE stage = 'sink.events' AND run_id = 'live'
    UNION ALL
    SELECT toString(tenant), toString(sensor), toDateTime64(toStartOfHour(received_at), 3, 'UTC'), 0, count()
    FROM {{database}}.events_current
    GROUP BY ALL
)
GROUP BY tenant, sensor, received_hour;
