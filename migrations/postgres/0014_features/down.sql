DROP TABLE feature_stamps;
DROP TABLE featured_items;
DROP TABLE featured_collections;
