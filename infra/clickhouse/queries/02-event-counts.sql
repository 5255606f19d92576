-- What kinds of events there are: counts by type and action, with people, first and last time.
-- For whoever connects a sensor and wants to see what arrives, and for analysts before they write a query.
-- param: tenant sole-tenant institution
-- param: course '' course id, its end, or the sender's own key; all events when empty
-- param: from 2000-01-01 first day
-- param: to 2100-12-31 last day
SELECT
    type,
    action,
    count() AS events,
    uniqExactIf(learner_id, learner_id != '') AS learners,
    uniqExact(sensor) AS sensors,
    min(event_time) AS first_event_at,
    max(event_time) AS last_event_at
FROM events_current
WHERE tenant = {tenant:String}
  AND event_date BETWEEN {from:Date} - 1 AND {to:Date} + 1
  AND local_date BETWEEN {from:Date} AND {to:Date}
  AND (endsWith(course_id, {course:String}) OR endsWith(course_offering_id, {course:String}) OR course_external_id = {course:String})
GROUP BY type, action
ORDER BY events DESC, type, action
