-- Courses by activity: learners, events, sessions, active days and the last event of each.
-- For academic leads and support. Needs no roster, so a course without any event is not in it.
-- param: tenant sole-tenant institution
-- param: course '' course id, its end, or the sender's own key; all courses when empty
-- param: from 2000-01-01 first day
-- param: to 2100-12-31 last day
-- param: limit 100 most courses to show
SELECT
    course_id,
    anyIf(course_external_id, course_external_id != '') AS external_key,
    uniqExactIf(learner_id, learner_id != '') AS learners,
    count() AS events,
    uniqExactIf(session_id, session_id != '') AS sessions,
    uniqExact(local_date) AS active_days,
    max(event_time) AS last_event_at
FROM events_current
WHERE tenant = {tenant:String}
  AND event_date BETWEEN {from:Date} - 1 AND {to:Date} + 1
  AND local_date BETWEEN {from:Date} AND {to:Date}
  AND (endsWith(course_id, {course:String}) OR endsWith(course_offering_id, {course:String}) OR course_external_id = {course:String})
  AND course_id != ''
  AND is_learner_activity
GROUP BY course_id
ORDER BY events DESC, course_id
LIMIT {limit:UInt32}
