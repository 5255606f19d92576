-- Sensors: when each was last heard, how much it sent in the last 24 hours and in the same 24 hours a week before, how long its
-- events take to reach us, and how many carry a warning. For operators. A sensor that never sent anything is not in it.
-- param: tenant sole-tenant institution
SELECT
    sensor,
    count() AS events,
    countIf(received_at > now64(3) - INTERVAL 1 DAY) AS last_24_hours,
    countIf(received_at > now64(3) - INTERVAL 8 DAY AND received_at <= now64(3) - INTERVAL 7 DAY) AS week_before,
    max(received_at) AS last_received_at,
    max(event_time) AS last_event_at,
    round(quantileExact(0.5)(dateDiff('millisecond', event_time, received_at)) / 1000, 1) AS median_delay_seconds,
    countIf(notEmpty(flags)) AS flagged,
    uniqExact(ed_app_id) AS applications,
    arraySort(groupUniqArray(caliper_version)) AS caliper_versions
FROM events_current
WHERE tenant = {tenant:String}
GROUP BY sensor
ORDER BY last_received_at DESC, sensor
