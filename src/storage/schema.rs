//! The tables as diesel sees them; one text for both engines. Kept equal to the migrations by a test.

diesel::table! { actors (id) {
    id -> BigInt, uri -> Text, kind -> Text, handle -> Text, host -> Text, local -> Bool, name -> Text, summary -> Text,
    page -> Text, inbox -> Text, shared_inbox -> Nullable<Text>, outbox -> Nullable<Text>, key_uri -> Text, public_key -> Text,
    picture_url -> Nullable<Text>, picture_description -> Nullable<Text>, parent -> Nullable<Text>,
    created_at -> BigInt, updated_at -> BigInt, fetched_at -> BigInt, gone_at -> Nullable<BigInt>,
} }
diesel::table! { keys (actor_id) { actor_id -> BigInt, private_key -> Text, } }
diesel::table! { labs (actor_id) { actor_id -> BigInt, kind -> Text, description -> Text, listed -> Bool, } }
diesel::table! { members (actor_id) { actor_id -> BigInt, password_hash -> Text, administrator -> Bool, } }
diesel::table! { memberships (member_id, lab_id) { member_id -> BigInt, lab_id -> BigInt, role -> Text, since -> BigInt, } }
diesel::table! { sessions (token_hash) { token_hash -> Text, member_id -> BigInt, form_token -> Text, expires_at -> BigInt, } }
diesel::table! { tokens (id) {
    id -> BigInt, hash -> Text, member_id -> BigInt, name -> Text, scopes -> Text, created_at -> BigInt, expires_at -> BigInt,
    used_on -> Nullable<Text>, revoked_at -> Nullable<BigInt>,
} }
diesel::table! { answers (token_id, name) {
    token_id -> BigInt, name -> Text, request -> Text, place -> Text, body -> Text, at -> BigInt,
} }
diesel::table! { shares (id) {
    id -> BigInt, public_id -> Text, uri -> Text, page -> Text, lab_id -> BigInt, author_id -> BigInt, local -> Bool,
    kind -> Text, title -> Text, summary -> Text, body -> Text, content -> Text, language -> Text,
    licence -> Nullable<Text>, outcome -> Nullable<Text>, form -> Text, tags -> Text, mentions -> Text,
    picture_url -> Nullable<Text>, picture_description -> Nullable<Text>,
    published_at -> BigInt, updated_at -> BigInt, revision -> Integer,
} }
diesel::table! { share_tags (share_id, tag) { share_id -> BigInt, tag -> Text, } }
diesel::table! { search_documents (id) {
    id -> BigInt, version -> Integer, fingerprint -> BigInt, share_id -> Nullable<BigInt>, actor_id -> Nullable<BigInt>,
    thing -> Text, kind -> Text, outcome -> Text, language -> Text, host -> Text, title -> Text, lead -> Text,
} }
diesel::table! { replies (id) {
    id -> BigInt, uri -> Text, share_id -> BigInt, in_reply_to -> Text, author_id -> BigInt, page -> Text, content -> Text,
    language -> Nullable<Text>, published_at -> BigInt, updated_at -> BigInt,
} }
diesel::table! { reactions (share_id, actor_id, kind) { share_id -> BigInt, actor_id -> BigInt, kind -> Text, uri -> Text, } }
diesel::table! { follows (id) {
    id -> BigInt, follower_id -> BigInt, followee_id -> BigInt, uri -> Text, state -> Text, since -> BigInt,
} }
diesel::table! { received (id) {
    id -> BigInt, uri -> Text, actor_id -> BigInt, body -> Nullable<Text>, received_at -> BigInt,
    proof -> Nullable<Text>, undone -> Nullable<Text>,
} }
diesel::table! { tombstones (uri) {
    uri -> Text, former_type -> Text, deleted_at -> BigInt, deleted_by -> Nullable<BigInt>,
} }
diesel::table! { activities (id) {
    id -> BigInt, uri -> Text, actor_id -> BigInt, body -> Text, public -> Bool, created_at -> BigInt,
    object -> Nullable<Text>, replaces -> Bool,
} }
diesel::table! { deliveries (id) {
    id -> BigInt, activity_id -> BigInt, inbox -> Text, host -> Text, state -> Text, attempts -> Integer,
    last_error -> Nullable<Text>, created_at -> BigInt, lane -> Text, ended_at -> Nullable<BigInt>,
} }
diesel::table! { lanes (name) {
    name -> Text, host -> Text, due_at -> Nullable<BigInt>, failures -> Integer, denials -> Integer,
    denied_at -> Nullable<BigInt>, wished_until -> Nullable<BigInt>, gone_until -> Nullable<BigInt>,
    lease -> Nullable<BigInt>, lease_until -> Nullable<BigInt>,
} }
diesel::table! { readings (id) {
    id -> BigInt, kind -> Text, url -> Text, host -> Text, actor_id -> BigInt, share_id -> Nullable<BigInt>, path -> Text,
    etag -> Nullable<Text>, last_modified -> Nullable<Text>, times -> Integer, failures -> Integer, due_at -> BigInt,
    lease -> Nullable<BigInt>, read_at -> Nullable<BigInt>, last_error -> Nullable<Text>,
} }
diesel::table! { reading_hosts (host) {
    host -> Text, due_at -> BigInt, rests_until -> BigInt, failures -> Integer, lease -> Nullable<BigInt>,
    lease_until -> Nullable<BigInt>,
} }
diesel::table! { peers (host) {
    host -> Text, organisation_id -> Nullable<BigInt>, directory -> Nullable<Text>, software -> Text, version -> Text,
    policy -> Text, known_since -> BigInt, connected_at -> Nullable<BigInt>, contacted_at -> Nullable<BigInt>,
    failing_since -> Nullable<BigInt>, labs_told -> Nullable<BigInt>, round_at -> Nullable<BigInt>,
    read_at -> Nullable<BigInt>, problem -> Nullable<Text>,
} }
diesel::table! { listings (lab_id) {
    lab_id -> BigInt, organisation_id -> Nullable<BigInt>, hidden -> Bool, since -> BigInt, seen_at -> BigInt,
} }
diesel::table! { suggestions (organisation, named_by) { organisation -> Text, named_by -> BigInt, } }
diesel::table! { blocks (subject) { subject -> Text, kind -> Text, reason -> Nullable<Text>, since -> BigInt, } }
diesel::table! { jobs (id) {
    id -> BigInt, change -> Text, attempts -> Integer, due_at -> BigInt, lease -> Nullable<BigInt>,
    lease_until -> Nullable<BigInt>, last_error -> Nullable<Text>, parked -> Bool,
} }
diesel::table! { profiles (actor_id) {
    actor_id -> BigInt, listed -> Bool, local -> Bool, host -> Text, organisation -> Nullable<Text>, sort_name -> Text, words -> Text,
    begun_at -> BigInt, active_at -> BigInt, kind -> Nullable<Text>, state -> Text, place -> Text, place_key -> Text,
    visits -> Bool, questions -> Bool, joint_work -> Bool, mandate -> Text,
    founded -> Nullable<Text>, ended -> Nullable<Text>, successor -> Nullable<Text>, moved_to -> Nullable<Text>, known_as -> Text,
} }
diesel::table! { profile_languages (actor_id, language) { actor_id -> BigInt, language -> Text, } }
diesel::table! { themes (id) {
    id -> BigInt, uri -> Text, slug -> Nullable<Text>, label_nl -> Text, label_en -> Text, same_as -> Text,
    meets_id -> Nullable<BigInt>,
} }
diesel::table! { profile_themes (actor_id, theme_id) { actor_id -> BigInt, theme_id -> BigInt, shown_id -> BigInt, } }
diesel::table! { organisations (actor_id) { actor_id -> BigInt, kind -> Nullable<Text>, tooi -> Nullable<Text>, } }
diesel::table! { registers (id) {
    id -> BigInt, source -> Text, dated -> Text, imported_at -> BigInt, organisations -> BigInt, names -> BigInt, left_out -> Text,
} }
diesel::table! { registrants (id) {
    id -> BigInt, register_id -> BigInt, name -> Text, tooi -> Nullable<Text>, kind -> Nullable<Text>,
} }
diesel::table! { registered_names (key, registrant_id) { key -> Text, registrant_id -> BigInt, covers -> Bool, } }
diesel::table! { marks (host) { host -> Text, name -> Text, registrant_id -> Nullable<BigInt>, reason -> Nullable<Text>, } }

diesel::table! { featured_collections (id) {
    id -> BigInt, word -> Text, theme_id -> Nullable<BigInt>, created_at -> BigInt, updated_at -> BigInt, shown -> Integer,
} }
diesel::table! { featured_items (id) {
    id -> BigInt, collection_id -> BigInt, lab_id -> BigInt, consent -> Text, stamp -> Nullable<Text>, since -> BigInt,
} }
diesel::table! { feature_stamps (id) {
    id -> BigInt, lab_id -> BigInt, collection -> Text, owner_id -> BigInt, request -> Text, made_at -> BigInt,
    withdrawn_at -> Nullable<BigInt>,
} }

diesel::joinable!(labs -> actors (actor_id));
diesel::joinable!(profiles -> actors (actor_id));
diesel::joinable!(organisations -> actors (actor_id));
diesel::joinable!(profile_themes -> themes (theme_id));
diesel::joinable!(members -> actors (actor_id));
diesel::joinable!(keys -> actors (actor_id));
diesel::joinable!(sessions -> members (member_id));
diesel::joinable!(tokens -> members (member_id));
diesel::joinable!(share_tags -> shares (share_id));
diesel::joinable!(search_documents -> shares (share_id));
diesel::joinable!(search_documents -> actors (actor_id));
diesel::joinable!(replies -> actors (author_id));
diesel::joinable!(deliveries -> activities (activity_id));
diesel::joinable!(registrants -> registers (register_id));
diesel::joinable!(registered_names -> registrants (registrant_id));
diesel::joinable!(marks -> registrants (registrant_id));
diesel::allow_tables_to_appear_in_same_query!(
    actors,
    blocks,
    keys,
    labs,
    members,
    memberships,
    sessions,
    tokens,
    answers,
    shares,
    share_tags,
    search_documents,
    replies,
    reactions,
    follows,
    received,
    tombstones,
    activities,
    deliveries,
    lanes,
    readings,
    reading_hosts,
    jobs,
    peers,
    listings,
    suggestions,
    profiles,
    profile_languages,
    themes,
    profile_themes,
    organisations,
    featured_collections,
    featured_items,
    feature_stamps,
    registers,
    registrants,
    registered_names,
    marks,
);
