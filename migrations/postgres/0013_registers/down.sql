DROP TABLE marks;
DROP TABLE registered_names;
DROP TABLE registrants;
DROP TABLE registers;
