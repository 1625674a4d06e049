//! The page of the search over real HTTP.
