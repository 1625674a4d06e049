DROP TABLE answers;
DROP TABLE tokens;
