-- A session that several learners share has the learner of its latest event with one: a row says which event that was, so that
-- rows of several partitions and days can be united.
ALTER TABLE {{database}}.sessions {{on_cluster}}
    ADD COLUMN IF NOT EXISTS learner_event_at Nullable(DateTime64(3, 'UTC')) COMMENT 'event_time of the greatest event with a learner' CODEC(ZSTD(1)) AFTER learner_id,
    ADD COLUMN IF NOT EXISTS learner_event_key String COMMENT 'its event key: decides between equal times' CODEC(ZSTD(1)) AFTER learner_event_at;

-- Each session once. Runs of all partitions and days are united: they merge where the gap is 5 minutes or less, and active time
-- is their length plus 5 minutes for each gap that stays. The rows of an absorbed session count under the name of its survivor.
-- The learner is that of the latest event with one. An end marker counts if no later event exists; silence longer than the gap is inactivity, as of the time of the query.
CREATE OR REPLACE VIEW {{database}}.sessions_current {{on_cluster}}
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
WITH
    states AS
    (
        SELECT
            *,
            max(merged_into) OVER (PARTITION BY tenant, session_id) AS survivor,
            if(survivor = '', session_id, survivor) AS id,
            merged_into != '' AS is_alias
        FROM {{database}}.sessions FINAL
    ),
    united AS
    (
        SELECT
            tenant,
            id AS session_id,
            ['inferred', 'federated', 'reported'][max(indexOf(['inferred', 'federated', 'reported'], states.kind))] AS kind,
            argMaxIf(states.learner_id, (states.learner_event_at, states.learner_event_key), states.learner_event_at IS NOT NULL) AS learner_id,
            arraySort(groupUniqArrayArray(states.learner_ids)) AS learner_ids,
            arraySort(groupUniqArrayArray(states.ed_app_ids)) AS ed_app_ids,
            arraySort(groupUniqArrayArray(states.scope_ids)) AS scope_ids,
            arraySort(groupUniqArrayIf(states.session_id, states.survivor != '')) AS absorbed_ids,
            arraySort(groupUniqArrayArray(states.flags)) AS flags,
            sum(states.event_count) AS event_count,
            minIf(states.first_event_at, NOT is_alias) AS first_event_at,
            maxIf(states.last_event_at, NOT is_alias) AS last_event_at,
            min(states.reported_started_at) AS reported_started_at,
            max(states.gap_ms) AS gap_ms,
            argMaxIf((ifNull(states.end_marker_at, toDateTime64(0, 3, 'UTC')), coalesce(states.reported_ended_at, states.end_marker_at, toDateTime64(0, 3, 'UTC')), states.end_reason), (ifNull(states.end_marker_at, toDateTime64(0, 3, 'UTC')), states.end_marker_key), states.end_marker_at IS NOT NULL) AS marker,
            arrayFold(
                (merged, run) -> if(
                    notEmpty(merged) AND run.1 <= addMilliseconds(merged[-1].2, 300000),
                    arrayPushBack(arrayPopBack(merged), (merged[-1].1, greatest(merged[-1].2, run.2), merged[-1].3 + run.3)),
                    arrayPushBack(merged, run)),
                arraySort(arrayMap(run -> (run.1, run.2, run.3), groupArrayArray(states.runs))),
                CAST([], 'Array(Tuple(DateTime64(3, \'UTC\'), DateTime64(3, \'UTC\'), UInt64))')) AS united_runs
        FROM states
        GROUP BY tenant, id
        HAVING countIf(NOT is_alias) > 0
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
