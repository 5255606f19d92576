-- What could not become a row, by reason: how many, which sensors, when first and last, how many were sent again since.
-- For operators and whoever connects a sensor. Reasons: docs/errors.md.
-- param: tenant sole-tenant institution
SELECT
    stage,
    step,
    reason,
    count() AS letters,
    countIf(replayed_at IS NOT NULL) AS replayed,
    uniqExact(sensor) AS sensors,
    min(received_at) AS first_received_at,
    max(received_at) AS last_received_at,
    argMax(detail, received_at) AS last_detail
FROM dead_letters_current
WHERE tenant = {tenant:String}
GROUP BY stage, step, reason
ORDER BY letters DESC, stage, step, reason
