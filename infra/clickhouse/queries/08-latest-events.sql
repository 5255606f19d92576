-- The latest events, newest first, with what became of them. For whoever connects a sensor and wants to see their own event.
-- param: tenant sole-tenant institution
-- param: course '' course id, its end, or the sender's own key; all events when empty
-- param: sensor '' sensor id or its end; all sensors when empty
-- param: limit 20 most events to show
SELECT
    received_at,
    event_time,
    type,
    action,
    actor_id,
    if(object_name != '', object_name, object_id) AS object,
    course_id,
    session_kind,
    flags
FROM events_current
WHERE tenant = {tenant:String}
  AND endsWith(sensor, {sensor:String})
  AND (endsWith(course_id, {course:String}) OR endsWith(course_offering_id, {course:String}) OR course_external_id = {course:String})
ORDER BY received_at DESC, event_key
LIMIT {limit:UInt32}
