-- Tenants: what services, views and queries know of an institution. Filled from tenants.json by `applyTenants`.
CREATE TABLE IF NOT EXISTS {{database}}.tenants {{on_cluster}}
(
    tenant LowCardinality(String),
    name String,
    time_zone LowCardinality(String) COMMENT 'IANA name: decides local_date',
    session_gap_ms UInt64 COMMENT 'an inferred session ends after this much silence',
    retention_days UInt32,
    status LowCardinality(String) COMMENT 'active or suspended',
    updated_at DateTime64(3, 'UTC') DEFAULT now64(3),
    version UInt64 COMMENT 'counts the changes of one tenant; the highest wins'
)
ENGINE = {{engine:ReplacingMergeTree(version)}}
ORDER BY tenant;

CREATE OR REPLACE VIEW {{database}}.tenants_current {{on_cluster}}
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT * EXCEPT (version)
FROM {{database}}.tenants FINAL;
