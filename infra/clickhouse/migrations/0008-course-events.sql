-- Under which scopes rows of a course lie. The sink writes a pair before the first row that needs it: a superset is harmless, a
-- gap would hide rows.
CREATE TABLE IF NOT EXISTS {{database}}.course_scopes {{on_cluster}}
(
    tenant LowCardinality(String),
    course_id String COMMENT 'a section or an offering' CODEC(ZSTD(1)),
    scope_id String CODEC(ZSTD(1)),
    scope_key UInt64 MATERIALIZED sipHash64(scope_id)
)
ENGINE = {{engine:ReplacingMergeTree()}}
ORDER BY (tenant, course_id, scope_id)
SETTINGS non_replicated_deduplication_window = 0, replicated_deduplication_window = 0;

-- The events of one course, section or offering, read by the sort key of events.
CREATE OR REPLACE VIEW {{database}}.course_events {{on_cluster}}
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT * EXCEPT (version, is_deleted), scope_key, actor_key
FROM {{database}}.events FINAL
WHERE tenant = {tenant:String}
    AND (course_section_id = {course:String} OR course_offering_id = {course:String})
    AND scope_key IN (SELECT scope_key FROM {{database}}.course_scopes WHERE tenant = {tenant:String} AND course_id = {course:String})
SETTINGS do_not_merge_across_partitions_select_final = 1;
