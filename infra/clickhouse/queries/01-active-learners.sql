-- Active learners of a course, day by day: who did anything, in how many sessions, with how many events.
-- For teachers and advisers. Days are those of the institution's time zone. Automated and impersonated acts do not count;
-- a person whose role is known to be another than Learner does not count either.
-- param: tenant sole-tenant institution
-- param: course '' course id, its end, or the sender's own key; all courses when empty
-- param: from 2000-01-01 first day
-- param: to 2100-12-31 last day
SELECT
    local_date AS day,
    course_id,
    uniqExact(learner_id) AS learners,
    uniqExactIf(session_id, session_id != '') AS sessions,
    count() AS events
FROM events_current
WHERE tenant = {tenant:String}
  AND event_date BETWEEN {from:Date} - 1 AND {to:Date} + 1
  AND local_date BETWEEN {from:Date} AND {to:Date}
  AND (endsWith(course_id, {course:String}) OR endsWith(course_offering_id, {course:String}) OR course_external_id = {course:String})
  AND course_id != ''
  AND is_learner_activity
  AND learner_id != ''
  AND (empty(roles) OR has(roles, 'Learner'))
GROUP BY day, course_id
ORDER BY day, course_id
