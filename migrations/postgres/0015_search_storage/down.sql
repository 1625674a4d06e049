ALTER TABLE search_index ALTER COLUMN words SET STORAGE EXTENDED;
ALTER TABLE search_index RESET (toast_tuple_target);
