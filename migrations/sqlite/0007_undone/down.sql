DROP INDEX received_undone;
ALTER TABLE received DROP COLUMN undone;
ALTER TABLE received DROP COLUMN proof;
