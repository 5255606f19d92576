-- Of an entity the last word on each of its properties holds, not the last record: an event that mentions a course without its
-- name must not take away the name that a description gave, whichever of them is known first (docs/semantics.md, "Facts").
-- So records of one entity that say different properties are rows of their own, at most sixteen, and readers see them as one.
ALTER TABLE {{database}}.facts {{on_cluster}}
    MODIFY COLUMN fact_key String MATERIALIZED multiIf(
        kind = 'nesting', concat(entity_id, '\0', parent_id, '\0', toString(toUInt16(observed_day))),
        kind = 'membership', concat(organization_id, '\0', member_id),
        concat(entity_id, '\0', toString((entity_type != '') + 2 * (name != '') + 4 * (external_id != '') + 8 * (academic_session != ''))))
    CODEC(ZSTD(1));

CREATE OR REPLACE VIEW {{database}}.facts_current {{on_cluster}}
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT * EXCEPT (version)
FROM {{database}}.facts FINAL
WHERE kind != 'entity'
UNION ALL
SELECT
    tenant,
    kind,
    (argMax(words.record, words.rank) AS last).1 AS sensor,
    last.2 AS source,
    entity_id,
    argMaxIf(words.entity_type, words.rank, words.entity_type != '') AS entity_type,
    last.3 AS parent_id,
    last.4 AS parent_type,
    last.5 AS observed_day,
    last.6 AS event_time,
    last.7 AS event_key,
    last.8 AS received_at,
    last.9 AS request_id,
    argMaxIf(words.name, words.rank, words.name != '') AS name,
    argMaxIf(words.external_id, words.rank, words.external_id != '') AS external_id,
    argMaxIf(words.academic_session, words.rank, words.academic_session != '') AS academic_session,
    last.10 AS member_id,
    last.11 AS organization_id,
    last.12 AS roles,
    last.13 AS status,
    last.14 AS valid_from,
    last.15 AS flags,
    last.16 AS raw,
    last.17 AS rule_version,
    last.18 AS inserted_at
FROM
(
    SELECT
        tenant, kind, entity_id, entity_type, name, external_id, academic_session, rank,
        (sensor, source, parent_id, parent_type, observed_day, event_time, event_key,
            received_at, request_id, member_id, organization_id, roles, status, valid_from, flags, raw, rule_version, inserted_at) AS record
    FROM {{database}}.facts
    WHERE kind = 'entity'
) AS words
GROUP BY tenant, kind, entity_id;
