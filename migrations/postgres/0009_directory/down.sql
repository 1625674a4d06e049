DROP INDEX memberships_of_lab;
DROP TABLE organisations;
DROP TABLE profile_themes;
DROP TABLE themes;
DROP TABLE profile_languages;
DROP TABLE profiles;
