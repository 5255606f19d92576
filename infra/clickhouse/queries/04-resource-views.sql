-- Resources of a course by views: how often, by how many learners, and by which share of the learners active in the period.
-- For teachers and course designers. Tools disagree on the type of a view, so the action counts too. The share is of active
-- learners, not of enrolled ones: that needs a roster.
-- param: tenant sole-tenant institution
-- param: course '' course id, its end, or the sender's own key; all courses when empty
-- param: from 2000-01-01 first day
-- param: to 2100-12-31 last day
-- param: limit 100 most resources to show
WITH activity AS
(
    SELECT course_id, object_id, object_type, object_name, learner_id, event_time,
        type IN ('ViewEvent', 'NavigationEvent') OR action IN ('Viewed', 'NavigatedTo') AS is_view
    FROM events_current
    WHERE tenant = {tenant:String}
      AND event_date BETWEEN {from:Date} - 1 AND {to:Date} + 1
      AND local_date BETWEEN {from:Date} AND {to:Date}
      AND (endsWith(course_id, {course:String}) OR endsWith(course_offering_id, {course:String}) OR course_external_id = {course:String})
      AND is_learner_activity
      AND learner_id != ''
)
SELECT
    course_id,
    object_id,
    argMaxIf(object_name, event_time, object_name != '') AS name,
    any(object_type) AS kind,
    count() AS views,
    uniqExact(learner_id) AS viewers,
    round(100 * viewers / any(active.learners), 1) AS percent_of_active
FROM activity
INNER JOIN (SELECT course_id, uniqExact(learner_id) AS learners FROM activity GROUP BY course_id) AS active USING (course_id)
WHERE is_view AND object_id != ''
GROUP BY course_id, object_id
ORDER BY views DESC, object_id
LIMIT {limit:UInt32}
