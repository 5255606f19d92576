-- What each partition knows of each session, in full: a federated session spreads over tools and so over partitions. The key
-- is the record's key in Kafka, so a repeat or a later state replaces the row. No partitions: a session's times change.
CREATE TABLE IF NOT EXISTS {{database}}.sessions {{on_cluster}}
(
    tenant LowCardinality(String),
    kind LowCardinality(String) COMMENT 'reported, federated or inferred',
    session_id String CODEC(ZSTD(1)),
    source_partition UInt32,
    learner_id String CODEC(ZSTD(1)),
    learner_ids Array(String) COMMENT 'more than one is flagged' CODEC(ZSTD(1)),
    ed_app_ids Array(LowCardinality(String)),
    scope_ids Array(String) CODEC(ZSTD(1)),
    runs Array(Tuple(started_at DateTime64(3, 'UTC'), ended_at DateTime64(3, 'UTC'), events UInt64)) COMMENT 'activity without a gap over 5 minutes' CODEC(ZSTD(1)),
    event_count UInt64 CODEC(ZSTD(1)),
    first_event_at DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    last_event_at DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    reported_started_at Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    end_marker_at Nullable(DateTime64(3, 'UTC')) COMMENT 'event_time of the greatest end marker' CODEC(ZSTD(1)),
    end_marker_key String COMMENT 'its event key: decides between equal times' CODEC(ZSTD(1)),
    reported_ended_at Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    end_reason LowCardinality(String) COMMENT 'logged_out, timed_out or empty',
    gap_ms UInt64 COMMENT 'the tenant''s session gap that was used',
    merged_into String COMMENT 'session that absorbed this one' CODEC(ZSTD(1)),
    flags Array(LowCardinality(String)),
    source_generation UInt32 CODEC(ZSTD(1)),
    source_offset UInt64 CODEC(ZSTD(1)),
    rule_version UInt32 CODEC(ZSTD(1)),
    version UInt64 COMMENT 'topic generation << 48 | source offset; the highest wins' CODEC(ZSTD(1)),
    is_deleted UInt8 DEFAULT 0,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(ZSTD(1))
)
ENGINE = {{engine:ReplacingMergeTree(version, is_deleted)}}
ORDER BY (tenant, session_id, kind, source_partition)
SETTINGS non_replicated_deduplication_window = 0, replicated_deduplication_window = 0;

-- Each session once. Runs of all partitions are united: they merge where the gap is 5 minutes or less, and active time is
-- their length plus 5 minutes for each gap that stays. An absorbed session gives its name only: the survivor has its events.
-- An end marker counts if no later event exists; silence longer than the gap is inactivity, as of the time of the query.
CREATE OR REPLACE VIEW {{database}}.sessions_current {{on_cluster}}
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
WITH
    states AS
    (
        SELECT
            tenant,
            if(merged_into = '', session_id, merged_into) AS id,
            merged_into != '' AS is_absorbed,
            *
        FROM {{database}}.sessions FINAL
    ),
    united AS
    (
        SELECT
            tenant,
            id AS session_id,
            ['inferred', 'federated', 'reported'][maxIf(indexOf(['inferred', 'federated', 'reported'], states.kind), NOT is_absorbed)] AS kind,
            argMaxIf(states.learner_id, (states.last_event_at, states.source_partition), NOT is_absorbed AND states.learner_id != '') AS learner_id,
            arraySort(groupUniqArrayArrayIf(states.learner_ids, NOT is_absorbed)) AS learner_ids,
            arraySort(groupUniqArrayArrayIf(states.ed_app_ids, NOT is_absorbed)) AS ed_app_ids,
            arraySort(groupUniqArrayArrayIf(states.scope_ids, NOT is_absorbed)) AS scope_ids,
            arraySort(groupUniqArrayIf(states.session_id, is_absorbed)) AS absorbed_ids,
            arraySort(groupUniqArrayArrayIf(states.flags, NOT is_absorbed)) AS flags,
            sumIf(states.event_count, NOT is_absorbed) AS event_count,
            minIf(states.first_event_at, NOT is_absorbed) AS first_event_at,
            maxIf(states.last_event_at, NOT is_absorbed) AS last_event_at,
            minIf(states.reported_started_at, NOT is_absorbed) AS reported_started_at,
            maxIf(states.gap_ms, NOT is_absorbed) AS gap_ms,
            argMaxIf((ifNull(states.end_marker_at, toDateTime64(0, 3, 'UTC')), coalesce(states.reported_ended_at, states.end_marker_at, toDateTime64(0, 3, 'UTC')), states.end_reason), (ifNull(states.end_marker_at, toDateTime64(0, 3, 'UTC')), states.end_marker_key), NOT is_absorbed AND states.end_marker_at IS NOT NULL) AS marker,
            arrayFold(
                (merged, run) -> if(
                    notEmpty(merged) AND run.1 <= addMilliseconds(merged[-1].2, 300000),
                    arrayPushBack(arrayPopBack(merged), (merged[-1].1, greatest(merged[-1].2, run.2), merged[-1].3 + run.3)),
                    arrayPushBack(merged, run)),
                arraySort(arrayMap(run -> (run.1, run.2, run.3), groupArrayArrayIf(states.runs, NOT is_absorbed))),
                CAST([], 'Array(Tuple(DateTime64(3, \'UTC\'), DateTime64(3, \'UTC\'), UInt64))')) AS united_runs
        FROM states
        GROUP BY tenant, id
        HAVING countIf(NOT is_absorbed) > 0
    )
SELECT
    tenant,
    session_id,
    kind,
    learner_id,
    learner_ids,
    ed_app_ids,
    scope_ids,
    ifNull(least(first_event_at, reported_started_at), first_event_at) AS started_at,
    multiIf(marker.3 != '' AND last_event_at <= marker.1, CAST(marker.2, 'Nullable(DateTime64(3, \'UTC\'))'),
        addMilliseconds(last_event_at, gap_ms) < now64(3), last_event_at,
        NULL) AS ended_at,
    multiIf(marker.3 != '' AND last_event_at <= marker.1, toString(marker.3),
        addMilliseconds(last_event_at, gap_ms) < now64(3), 'inactivity',
        '') AS end_reason,
    first_event_at,
    last_event_at,
    event_count,
    arraySum(run -> dateDiff('millisecond', run.1, run.2), united_runs) / 1000 + 300 * greatest(0, toInt64(length(united_runs)) - 1) AS active_seconds,
    CAST(united_runs, 'Array(Tuple(started_at DateTime64(3, \'UTC\'), ended_at DateTime64(3, \'UTC\'), events UInt64))') AS runs,
    absorbed_ids,
    flags,
    gap_ms
FROM united;
