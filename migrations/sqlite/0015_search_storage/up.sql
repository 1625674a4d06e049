-- SQLite packs nothing; the number is kept for both engines.
SELECT 1;
