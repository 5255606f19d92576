-- How many parts of one size are merged at once, at least: 10 in place of ClickHouse's 5. It counts each part below 5 MB as 5 MB, so
-- every five inserts made it write the newest 5 MB again, and a small table whole: at 480 events/s each row was merged 13 times.
-- Readers find some five parts more.
ALTER TABLE {{database}}.events {{on_cluster}} MODIFY SETTING merge_selector_base = 10;
ALTER TABLE {{database}}.sessions {{on_cluster}} MODIFY SETTING merge_selector_base = 10;
ALTER TABLE {{database}}.facts {{on_cluster}} MODIFY SETTING merge_selector_base = 10;
ALTER TABLE {{database}}.ledger {{on_cluster}} MODIFY SETTING merge_selector_base = 10;
ALTER TABLE {{database}}.dead_letters {{on_cluster}} MODIFY SETTING merge_selector_base = 10;
