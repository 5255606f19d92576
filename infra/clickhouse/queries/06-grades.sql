-- Grades as they stand: the last score of each learner in each gradable item, and how often it was set. Cleared scores are
-- shown without a value. For teachers and analysts; the gradebook of the LMS remains the official record.
-- param: tenant sole-tenant institution
-- param: course '' course id, its end, or the sender's own key; all courses when empty
-- param: from 2000-01-01 first day
-- param: to 2100-12-31 last day
-- param: limit 100 most grades to show, the latest first
SELECT
    course_id,
    multiIf(gradable_item_id != '', gradable_item_id, assignable_id != '', assignable_id, object_id) AS item_id,
    learner_id AS learner,
    -- argMax alone skips NULL and would show the score that was cleared.
    argMax(tuple(score_given), (event_time, event_key)).1 AS score,
    argMax(tuple(max_score), (event_time, event_key)).1 AS out_of,
    round(100 * score / nullIf(out_of, 0), 1) AS percent,
    argMax(is_course_grade, (event_time, event_key)) AS is_course_grade,
    count() AS times_set,
    max(event_time) AS last_set_at
FROM events_current
WHERE tenant = {tenant:String}
  AND event_date BETWEEN {from:Date} - 1 AND {to:Date} + 1
  AND local_date BETWEEN {from:Date} AND {to:Date}
  AND (endsWith(course_id, {course:String}) OR endsWith(course_offering_id, {course:String}) OR course_external_id = {course:String})
  AND type = 'GradeEvent'
  AND learner_id != ''
GROUP BY course_id, item_id, learner_id
ORDER BY last_set_at DESC, item_id, learner
LIMIT {limit:UInt32}
