-- Takes a database back to schema 5, the last one in which what is private lay open, with a row in each private table.
-- MARKER is in every private text, and in pages that were freed.
PRAGMA foreign_keys = OFF;
PRAGMA secure_delete = OFF;
BEGIN;
DROP TRIGGER works_insert_by_worksmap_only;
DROP TRIGGER works_update_by_worksmap_only;
DROP TRIGGER ledger_insert_by_worksmap_only;
DROP TRIGGER recordings_insert_by_worksmap_only;
DROP TRIGGER changes_insert_by_worksmap_only;
DROP TRIGGER changes_update_by_worksmap_only;
DROP TRIGGER changes_delete_by_worksmap_only;
DROP TRIGGER schools_insert_by_worksmap_only;
DROP TRIGGER schools_update_by_worksmap_only;
DROP TRIGGER schools_delete_by_worksmap_only;
DROP TRIGGER districts_insert_by_worksmap_only;
DROP TRIGGER districts_update_by_worksmap_only;
DROP TRIGGER districts_delete_by_worksmap_only;
DROP TRIGGER roads_insert_by_worksmap_only;
DROP TRIGGER roads_update_by_worksmap_only;
DROP TRIGGER roads_delete_by_worksmap_only;
DROP TRIGGER basemap_insert_by_worksmap_only;
DROP TRIGGER basemap_update_by_worksmap_only;
DROP TRIGGER basemap_delete_by_worksmap_only;
DROP TABLE store_identity;
DROP TABLE commits;
ALTER TABLE changes DROP COLUMN token;
DROP TABLE import_changes;
DROP TABLE work_statements;
DROP TRIGGER imports_are_never_deleted;
DROP TABLE imports;
ALTER TABLE observations DROP COLUMN whole;
DROP VIEW road_repairs;
DROP VIEW outages;
DROP VIEW hazards;
ALTER TABLE works DROP COLUMN completed_estimated;
ALTER TABLE works DROP COLUMN passed_due_at;
ALTER TABLE works DROP COLUMN districts;
CREATE VIEW road_repairs AS SELECT * FROM works WHERE kind = 'road_repair';
CREATE VIEW outages AS SELECT * FROM works WHERE kind = 'outage';
CREATE VIEW hazards AS SELECT * FROM works WHERE kind = 'hazard';
DROP TRIGGER works_are_never_deleted;
DROP TRIGGER hidden_works_are_never_replaced;
DROP TRIGGER ledger_is_never_deleted;
DROP TRIGGER ledger_is_never_changed;
DROP TABLE hidden_works;
DROP TABLE taking_back;
DROP TABLE redacted_works;
CREATE TRIGGER works_are_never_deleted BEFORE DELETE ON works
BEGIN SELECT RAISE(ABORT, 'works are closed, never deleted'); END;
CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END;
CREATE TRIGGER ledger_is_never_deleted BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END;
DROP TRIGGER recordings_are_never_changed;
DROP TRIGGER audit_log_is_never_changed;
DROP TRIGGER audit_log_is_never_deleted;
DROP TRIGGER audit_log_is_never_replaced;
DROP TABLE audit_log;
DROP TABLE access_tokens;
DROP TABLE reporter_contacts;
DROP TABLE pending_reports;
DROP TABLE private_extra;
DROP TABLE desk_secrets;
DROP TABLE sealing_keys;
DELETE FROM followers;
ALTER TABLE followers DROP COLUMN is_reporter;
CREATE TABLE access_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'dispatcher', 'admin')),
    organisation TEXT,
    digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 64),
    created_at TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP,
    revoked_at TIMESTAMP,
    source TEXT CHECK (source <> ''),
    expires_at TIMESTAMP CHECK (length(expires_at) = 20)
);
CREATE TABLE reporter_contacts (
    work INTEGER PRIMARY KEY REFERENCES works (fid),
    email TEXT, phone TEXT, first_name TEXT, last_name TEXT, device_id TEXT, account_id TEXT
);
CREATE TABLE pending_reports (
    token TEXT PRIMARY KEY, received_at TIMESTAMP NOT NULL, category TEXT NOT NULL, severity TEXT, description TEXT,
    address TEXT, longitude REAL, latitude REAL, media_url TEXT, email TEXT, phone TEXT, first_name TEXT,
    last_name TEXT, device_id TEXT, account_id TEXT, decided_at TIMESTAMP, work TEXT
) WITHOUT ROWID;
CREATE INDEX pending_reports_open ON pending_reports (received_at) WHERE decided_at IS NULL;
CREATE TABLE desk_secrets (name TEXT PRIMARY KEY, secret TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TIMESTAMP NOT NULL, token INTEGER REFERENCES access_tokens (id),
    name TEXT NOT NULL, action TEXT NOT NULL, work TEXT, detail TEXT
);
CREATE TABLE private_extra (
    layer TEXT NOT NULL, feature INTEGER NOT NULL, extra TEXT NOT NULL, PRIMARY KEY (layer, feature)
) WITHOUT ROWID;
-- The secret of the first token is wm_old.
INSERT INTO access_tokens VALUES
    (1, 'MARKER admin', 'admin', NULL, '3376f5bc1c773cc8d4b3329b81a66e92b0f2d8cc527cec386d0e44b51d263e9c', '2026-01-01T00:00:00Z', NULL, NULL, NULL, NULL),
    (2, 'MARKER machine', 'dispatcher', NULL, printf('%064d', 2), '2026-01-02T00:00:00Z', NULL, '2026-02-01T00:00:00Z', 'sensors', '2027-01-01T00:00:00Z');
INSERT INTO desk_secrets VALUES ('followers', 'MARKERSALT');
INSERT INTO reporter_contacts SELECT fid, 'MARKER@example.org', '+7 MARKER', 'MARKER', 'MARKER', 'MARKER', 'MARKER' FROM works LIMIT 300;
INSERT INTO private_extra SELECT 'works', fid, '{"phone":"MARKER ' || fid || '"}' FROM works LIMIT 300;
INSERT INTO private_extra SELECT 'schools', fid, '{"head":"MARKER"}' FROM schools LIMIT 10;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
INSERT INTO pending_reports SELECT 'MARKERTOKEN' || i, '2026-03-01T00:00:00Z', 'other', 'severe', 'MARKER text', 'MARKER street', 44.5, 56.25,
    'https://example.org/MARKER.jpg', 'MARKER@example.org', NULL, 'MARKER', NULL, NULL, NULL,
    iif(i = 3, '2026-03-02T00:00:00Z', NULL), NULL FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
INSERT INTO audit_log SELECT i, '2026-03-01T00:00:00Z', 1, 'MARKER admin', 'work.change', NULL, 'MARKER detail ' || i FROM n;
INSERT INTO followers SELECT fid, 'MARKERFOLLOWER', '2026-03-01T00:00:00Z' FROM works LIMIT 5;
INSERT INTO recordings (recorded_at, actor, actor_name, organisation) VALUES ('2026-03-01T00:00:00Z', 'person', 'MARKER person', 'Roads');
UPDATE recordings SET actor_name = 'MARKER person' WHERE actor IN ('person', 'resident') AND actor_name IS NOT NULL;
-- Text that was erased before, and still lies in free pages.
CREATE TABLE erased (text TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
INSERT INTO erased SELECT 'MARKER erased ' || i FROM n;
DROP TABLE erased;
CREATE TRIGGER recordings_are_never_changed BEFORE UPDATE ON recordings
BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END;
CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
CREATE TRIGGER audit_log_is_never_deleted BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
CREATE TRIGGER audit_log_is_never_replaced BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
DELETE FROM grdb_migrations WHERE identifier LIKE '6 %' OR identifier LIKE '7 %' OR identifier LIKE '8 %' OR identifier LIKE '9 %'
    OR identifier LIKE '1_ %';
DELETE FROM notes WHERE name = 'cleaning_due';
PRAGMA user_version = 5;
COMMIT;
