-- Attempts at assessments and assignments: who, which attempt, started, handed in, minutes between, and whether after the due
-- time. For teachers. Start and end are those the tool states of the attempt where they differ, else the times of its events:
-- some tools (Blackboard Learn) state the same time for both.
-- param: tenant sole-tenant institution
-- param: course '' course id, its end, or the sender's own key; all courses when empty
-- param: from 2000-01-01 first day
-- param: to 2100-12-31 last day
-- param: limit 100 most attempts to show, the latest first
WITH attempts AS
(
    SELECT
        course_id,
        attempt_id,
        argMaxIf(if(assignable_id != '', assignable_id, object_id), event_time, assignable_id != '' OR object_id != '') AS assessment_id,
        argMaxIf(object_name, event_time, object_name != '') AS name,
        any(learner_id) AS learner,
        max(attempt_count) AS attempt,
        min(attempt_started_at) AS told_start,
        max(attempt_ended_at) AS told_end,
        minOrNullIf(event_time, action = 'Started') AS seen_start,
        maxOrNullIf(event_time, action IN ('Submitted', 'Completed')) AS seen_end,
        max(due_at) AS due_at,
        max(event_time) AS last_event_at
    FROM events_current
    WHERE tenant = {tenant:String}
      AND event_date BETWEEN {from:Date} - 1 AND {to:Date} + 1
      AND local_date BETWEEN {from:Date} AND {to:Date}
      AND (endsWith(course_id, {course:String}) OR endsWith(course_offering_id, {course:String}) OR course_external_id = {course:String})
      AND type IN ('AssessmentEvent', 'AssignableEvent')
      AND attempt_id != ''
    GROUP BY course_id, attempt_id
)
SELECT
    course_id,
    assessment_id,
    name,
    learner,
    attempt,
    if(told_end > told_start, told_start, coalesce(seen_start, told_start)) AS started_at,
    if(told_end > told_start, told_end, coalesce(seen_end, told_end)) AS ended_at,
    round(dateDiff('second', started_at, ended_at) / 60, 1) AS minutes,
    ended_at > due_at AS is_late
FROM attempts
ORDER BY last_event_at DESC, attempt_id
LIMIT {limit:UInt32}
