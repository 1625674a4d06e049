ALTER TABLE tombstones DROP COLUMN deleted_by;
