-- Least privilege for those who are not the administrator. Applied after the migrations, whenever they run; not numbered,
-- because a server whose users come from a file (the local stack) has nowhere to keep roles and works without.
CREATE ROLE IF NOT EXISTS {{database}}_sink {{on_cluster}};

-- The sink appends; it neither reads nor changes rows. It compares its records with the columns at its start.
GRANT {{on_cluster}} INSERT ON {{database}}.events TO {{database}}_sink;
GRANT {{on_cluster}} INSERT ON {{database}}.sessions TO {{database}}_sink;
GRANT {{on_cluster}} INSERT ON {{database}}.facts TO {{database}}_sink;
GRANT {{on_cluster}} INSERT ON {{database}}.ledger TO {{database}}_sink;
GRANT {{on_cluster}} INSERT ON {{database}}.dead_letters TO {{database}}_sink;
-- system.columns shows only tables of which something is granted: SHOW COLUMNS is the least that does.
GRANT {{on_cluster}} SHOW COLUMNS ON {{database}}.* TO {{database}}_sink;
GRANT {{on_cluster}} SELECT ON system.columns TO {{database}}_sink;

CREATE ROLE IF NOT EXISTS {{database}}_reader {{on_cluster}};

-- Dashboards read views only: a table can hold several versions of one row.
GRANT {{on_cluster}} SELECT ON {{database}}.events_current TO {{database}}_reader;
GRANT {{on_cluster}} SELECT ON {{database}}.tenants_current TO {{database}}_reader;
GRANT {{on_cluster}} SELECT ON {{database}}.dead_letters_current TO {{database}}_reader;
GRANT {{on_cluster}} SELECT ON {{database}}.course_events TO {{database}}_reader;
GRANT {{on_cluster}} SELECT ON {{database}}.sessions_current TO {{database}}_reader;
GRANT {{on_cluster}} SELECT ON {{database}}.facts_current TO {{database}}_reader;
GRANT {{on_cluster}} SELECT ON {{database}}.ledger_ranges TO {{database}}_reader;
GRANT {{on_cluster}} SELECT ON {{database}}.completeness TO {{database}}_reader;
GRANT {{on_cluster}} SELECT ON {{database}}.events_audit TO {{database}}_reader;
