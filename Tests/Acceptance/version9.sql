-- Takes a database back to schema 9, in which an unknown traffic impact was `none` and districts had no classes.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'traffic_impact TEXT', 'traffic_impact TEXT NOT NULL') WHERE type = 'table' AND name = 'works';
PRAGMA writable_schema = RESET;
BEGIN;
DROP TABLE store_identity;
DROP TABLE commits;
ALTER TABLE changes DROP COLUMN token;
DROP VIEW road_repairs;
DROP VIEW outages;
DROP VIEW hazards;
ALTER TABLE works DROP COLUMN districts;
ALTER TABLE works DROP COLUMN passed_due_at;
CREATE VIEW road_repairs AS SELECT * FROM works WHERE kind = 'road_repair';
CREATE VIEW outages AS SELECT * FROM works WHERE kind = 'outage';
CREATE VIEW hazards AS SELECT * FROM works WHERE kind = 'hazard';
DELETE FROM grdb_migrations WHERE identifier LIKE '1_ %';
PRAGMA user_version = 9;
COMMIT;
