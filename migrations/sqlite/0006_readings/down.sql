DROP TABLE reading_hosts;
DROP TABLE readings;
