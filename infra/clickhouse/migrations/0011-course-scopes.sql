-- Under which scopes the rows of a course lie, as a projection: it is written with the rows, in the same part, so it can neither
-- be behind them nor count one twice, whoever inserts (docs/decisions, "The scopes of a course are a projection"). Rebuilt when
-- parts are merged or rows deleted: without these settings ClickHouse refuses it on a table that replaces rows.
ALTER TABLE {{database}}.events {{on_cluster}}
    MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild', lightweight_mutation_projection_mode = 'rebuild';

ALTER TABLE {{database}}.events {{on_cluster}}
    ADD PROJECTION IF NOT EXISTS course_scopes (
        SELECT tenant, course_offering_id, course_section_id, scope_key
        GROUP BY tenant, course_offering_id, course_section_id, scope_key);

-- For parts that are older than it. Until that is done they are read as they are: slower, and as right.
ALTER TABLE {{database}}.events {{on_cluster}} MATERIALIZE PROJECTION IF EXISTS course_scopes;

-- The events of one course, section or offering, read by the sort key of events. The scopes are those of every version of a
-- row, the one that readers see among them: a superset is harmless, a gap would hide rows.
CREATE OR REPLACE VIEW {{database}}.course_events {{on_cluster}}
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT * EXCEPT (version, is_deleted), scope_key, actor_key
FROM {{database}}.events FINAL
WHERE tenant = {tenant:String}
    AND {course:String} != ''
    AND (course_section_id = {course:String} OR course_offering_id = {course:String})
    AND scope_key IN (
        SELECT scope_key
        FROM {{database}}.events
        WHERE tenant = {tenant:String} AND (course_section_id = {course:String} OR course_offering_id = {course:String})
        GROUP BY tenant, course_offering_id, course_section_id, scope_key)
SETTINGS do_not_merge_across_partitions_select_final = 1;

-- Nothing ever filled it.
DROP TABLE IF EXISTS {{database}}.course_scopes {{on_cluster}};
