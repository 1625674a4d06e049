-- Who deleted something that we had never seen: only that actor is kept from creating it. Empty where it is gone for everyone.
ALTER TABLE tombstones ADD COLUMN deleted_by BIGINT;
