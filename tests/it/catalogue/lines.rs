//! Every line of the catalogue that concerns federation, what must come of it, and the tests that show it.

use Shown::{Absent, By, Sent};

/// Where a line is shown.
#[derive(Debug, Clone, Copy)]
pub enum Shown {
    /// By cases of this id, sent as bytes to a served instance on both engines, in this file.
    Sent(&'static str),
    /// By a test in this file with this name.
    By(&'static str, &'static str),
    /// Nowhere: there is nothing here that could be attacked so.
    Absent(&'static str),
}

/// Its id, what must come of it, and where that is shown.
pub type Line = (&'static str, &'static str, &'static [Shown]);

const IDENTITY: Shown = Sent("catalogue/identity.rs");
const ORIGIN: Shown = Sent("catalogue/identity/reading.rs");
const SIGNATURE: Shown = Sent("catalogue/signature.rs");
const MESSAGE: Shown = Sent("catalogue/signature/message.rs");
const KEYS: Shown = Sent("catalogue/signature/keys.rs");
const EXHAUSTION: Shown = Sent("catalogue/exhaustion.rs");
const GUARD: &str = "fetch/guard.rs";
const FETCH: &str = "fetch.rs";
const FLOOD: &str = "inbox/flood.rs";
const BOUNDS: &str = "inbox/bounds.rs";
const BLOCK: &str = "block.rs";
const BLOCKED: &str = "catalogue/blocked.rs";
const CLIENT: &str = "../../src/federation/client.rs";
const WEB: Shown = Absent("pages and search are no federation; their own suite shows it");
const REPORTS: Shown = Absent("no reports, letters or uploads by strangers are taken yet");
const PRIVATE: Shown =
    Absent("nothing of ours is private: what is published is for everyone, and what is not public is not kept");

pub const IDENTITIES: [Line; 37] = [
    ("ID01", "a key of another host: 401", &[IDENTITY]),
    ("ID02", "her key's id, another key: 401", &[IDENTITY]),
    ("ID03", "a key that its actor does not list: 401", &[IDENTITY]),
    ("ID04", "the second of two listed keys: 202", &[IDENTITY]),
    (
        "ID06",
        "a document with another host's id: refused, nothing kept",
        &[IDENTITY, By(FETCH, "an_id_is_confirmed_where_it_lives_and_once")],
    ),
    ("ID07", "documents that name each other: one look more, then refused", &[IDENTITY]),
    ("ID09", "an id twice with other content: the first counts", &[IDENTITY]),
    ("ID10", "no id: 400", &[IDENTITY]),
    ("ID11", "an activity id of ours or of another host: 403", &[IDENTITY]),
    ("ID12", "an actor of ours: 403, nothing read", &[IDENTITY]),
    ("ID13", "another's object: 403", &[IDENTITY]),
    ("ID14", "two authors: the first counts", &[IDENTITY]),
    ("ID16", "an Update of something at another host: 403", &[IDENTITY]),
    ("ID17", "an Update that changes whose something is: 403", &[IDENTITY]),
    ("ID18", "an Update of oneself with inbox or key elsewhere: 400; other addresses elsewhere are left out", &[IDENTITY]),
    ("ID19", "an Update of oneself with another type or handle: the old ones stay", &[IDENTITY]),
    ("ID20", "a Delete of another's thing: 403", &[IDENTITY]),
    ("ID21", "a Delete of another actor: 403; of an unknown one by itself: 202, nothing read", &[IDENTITY]),
    ("ID22", "a Delete by whom it is counts, whatever is still served", &[ORIGIN]),
    ("ID23", "an Undo of another's: 403, or no effect by its id", &[IDENTITY]),
    ("ID25", "an Accept of nothing: no effect", &[IDENTITY]),
    ("ID26", "an Accept by somebody else: no effect", &[IDENTITY]),
    ("ID28", "after a Reject only a new Follow helps", &[ORIGIN]),
    ("ID29", "an Announce of something private: not shown", &[IDENTITY, ORIGIN]),
    ("ID30", "an Announce with the thing inside: read at its origin", &[ORIGIN]),
    ("ID31", "an Announce of what is blocked: dropped, not read", &[ORIGIN]),
    (
        "ID32",
        "a Move: of oneself alone, and only where the other says so",
        &[IDENTITY, By("inbox/authority.rs", "a_move_speaks_for_its_signer_alone_and_moves_nobody_whom_nobody_here_follows")],
    ),
    ("ID33", "a Block or Flag by a forged actor: 401; a huge Flag: no effect", &[IDENTITY]),
    ("ID34", "an Add or Remove: no effect", &[IDENTITY]),
    ("ID35", "the same name with another scheme: 401", &[IDENTITY]),
    ("ID36", "announcements inside each other: no effect, nothing read", &[IDENTITY]),
    ("ID37", "an actor that is not one: 400; a whole one: its id", &[IDENTITY]),
    ("ID39", "a hostile context: not read, changes no word", &[IDENTITY]),
    ("ID40", "a signature or proof inside: the letter's signer decides", &[IDENTITY]),
    (
        "ID41",
        "an account and its actor agree both ways, or it is not found",
        &[By("inbox/authority.rs", "an_address_leads_to_an_actor_that_agrees")],
    ),
    (
        "ID42",
        "who comes second to a handle does not get it",
        &[By("inbox/authority.rs", "nobody_takes_over_a_handle_that_is_anothers")],
    ),
    ("ID43", "what is read is what was hashed", &[ORIGIN]),
];

pub const SIGNATURES: [Line; 25] = [
    ("SG01", "no signature: 401", &[SIGNATURE]),
    ("SG02", "no digest: 401", &[SIGNATURE]),
    ("SG03", "a wrong digest: 401", &[SIGNATURE]),
    ("SG04", "the digest not signed: 401", &[SIGNATURE]),
    ("SG05", "the target not signed: 401", &[SIGNATURE]),
    ("SG06", "the host not signed: 401", &[SIGNATURE]),
    ("SG07", "another server's host: 401", &[SIGNATURE]),
    ("SG08", "no date signed: 401", &[SIGNATURE]),
    ("SG09", "another time, or no date: 401", &[SIGNATURE]),
    ("SG10", "a beginning or end that cannot be: 401", &[SIGNATURE]),
    ("SG11", "a replay: no second effect; later 401", &[SIGNATURE]),
    ("SG12", "a replay at another inbox: no second effect", &[SIGNATURE]),
    (
        "SG14",
        "a header that decides, twice: 400",
        &[SIGNATURE, By(BOUNDS, "a_header_that_decides_stands_once_however_it_is_spelt")],
    ),
    ("SG16", "another algorithm: 401", &[SIGNATURE]),
    ("SG17", "a list of headers that is none: 400 or 401", &[SIGNATURE]),
    ("SG20", "a signature that is none: 401", &[SIGNATURE]),
    ("SG21", "a key that is none, and padding that is forged: 401", &[KEYS]),
    ("SG22", "a changed key: one look, then 202; none within five minutes", &[KEYS]),
    ("SG23", "the key before it: 401", &[KEYS]),
    ("SG24", "a departure whose key is gone with it: 202", &[KEYS]),
    ("SG25", "a key that does not come: 503 with Retry-After", &[KEYS]),
    ("SG26", "RFC 9421: the same", &[MESSAGE]),
    ("SG27", "a signature over another path or method: 401", &[SIGNATURE]),
    ("SG28", "a server that signs for its actor: 401", &[SIGNATURE]),
    (
        "SG29",
        "who is blocked: 403; who is gone: 401",
        &[SIGNATURE, By(BLOCK, "xo14_sg29_an_inbox_is_closed_to_a_blocked_host_before_any_key_is_read")],
    ),
];

pub const FETCHES: [Line; 16] = [
    ("FE01", "another media type: refused", &[By(FETCH, "a_document_is_believed_by_its_media_type_alone")]),
    ("FE02", "the right one in any spelling: read", &[By(FETCH, "a_document_is_believed_by_its_media_type_alone")]),
    (
        "FE05",
        "a redirect to another host: that host speaks, for itself",
        &[By(FETCH, "three_redirects_are_followed_and_each_is_signed_anew")],
    ),
    ("FE06", "a redirect that leads astray: refused", &[By(FETCH, "a_redirect_leads_nowhere_it_should_not")]),
    ("FE07", "each hop is signed anew", &[By(FETCH, "three_redirects_are_followed_and_each_is_signed_anew")]),
    (
        "FE08",
        "a name with a special address of IPv4: no connection",
        &[By(CLIENT, "fe08_fe09_fe16_a_name_with_any_special_address_gets_one_and_the_same_answer")],
    ),
    ("FE09", "the same of IPv6", &[By(CLIENT, "fe08_fe09_fe16_a_name_with_any_special_address_gets_one_and_the_same_answer")]),
    (
        "FE11",
        "a name that changes its address: only the checked one is connected to",
        &[By(CLIENT, "fe11_only_the_address_that_was_checked_is_connected_to")],
    ),
    ("FE12", "an address in any spelling: refused", &[By(GUARD, "nothing_is_read_at_an_address_that_is_not_of_the_internet")]),
    ("FE13", "a URL that can be read in two ways: none", &[By(GUARD, "what_can_be_read_in_two_ways_is_no_url")]),
    (
        "FE14",
        "a port: refused; 443 is none",
        &[
            By(GUARD, "nothing_is_read_at_an_address_that_is_not_of_the_internet"),
            By(GUARD, "what_can_be_read_in_two_ways_is_no_url"),
        ],
    ),
    (
        "FE15",
        "the same at every door: actor, object, outbox, WebFinger, follow screen, inbox",
        &[
            By(GUARD, "nothing_is_read_at_an_address_that_is_not_of_the_internet"),
            By(GUARD, "nobody_is_asked_who_an_address_is_at_such_a_host"),
            By(GUARD, "nothing_is_delivered_to_an_inbox_at_such_an_address"),
        ],
    ),
    (
        "FE16",
        "closed, open or private: one answer",
        &[By(CLIENT, "fe08_fe09_fe16_a_name_with_any_special_address_gets_one_and_the_same_answer")],
    ),
    (
        "FE17",
        "our own host: not asked",
        &[
            By(FETCH, "our_own_host_is_never_asked"),
            By("catalogue/outside.rs", "an_address_here_is_not_asked_for_over_the_network"),
        ],
    ),
    ("FE18", "a proxy in the environment: not used", &[By("catalogue/outside.rs", "a_proxy_in_the_environment_is_not_used")]),
    (
        "FE19",
        "a host that cannot prove who it is: not read",
        &[By("fetch/tls.rs", "a_host_that_cannot_prove_who_it_is_is_not_read")],
    ),
];

pub const EXHAUSTIONS: [Line; 26] = [
    ("RX01", "a body one byte too large: 413", &[EXHAUSTION, By(BOUNDS, "a_body_that_is_too_large_or_packed_is_refused")]),
    (
        "RX02",
        "many full bodies at once: bounded memory, 503",
        &[By("catalogue/exhaustion.rs", "three_hundred_full_bodies_at_once_take_no_more_memory_than_is_admitted")],
    ),
    (
        "RX03",
        "JSON that is deep, wide or none: 400",
        &[EXHAUSTION, By(BOUNDS, "json_that_is_deep_wide_or_none_is_refused_without_harm")],
    ),
    ("RX04", "a packed body: 415; a packed or huge answer: not read", &[EXHAUSTION, By(FETCH, "an_answer_is_cut_at_its_limit")]),
    ("RX05", "a slow answer: ten seconds in all", &[By(FETCH, "no_answer_takes_longer_than_the_deadline")]),
    (
        "RX06",
        "a slow first head or body: let go, and nobody waits",
        &[By("catalogue/exhaustion.rs", "who_sends_a_byte_now_and_then_is_let_go_and_holds_up_nobody")],
    ),
    ("RX08", "a chain of replies: not followed from the inbox", &[By(BOUNDS, "a_chain_of_replies_is_not_followed")]),
    (
        "RX09",
        "long lists: cut, nobody in them is read",
        &[
            By(BOUNDS, "long_texts_and_lists_are_cut_and_cause_no_reading"),
            By(BOUNDS, "who_is_addressed_beyond_the_two_hundredth_is_not_looked_at"),
        ],
    ),
    (
        "RX10",
        "long or invisible names: cut; what cannot be seen is no name",
        &[
            By(BOUNDS, "long_texts_and_lists_are_cut_and_cause_no_reading"),
            By("../../src/domain/text.rs", "rx10_what_has_no_shape_is_blank"),
        ],
    ),
    ("RX11", "a thousand letters of one stranger: one look", &[By(FLOOD, "a_thousand_letters_of_a_stranger_cause_one_read")]),
    (
        "RX12",
        "many strangers of one host: four looks at once, 429",
        &[By(FLOOD, "a_host_is_asked_four_things_at_once_and_no_more")],
    ),
    (
        "RX13",
        "what failed: not tried again for five minutes",
        &[
            By(FLOOD, "what_could_not_be_read_is_not_tried_again_for_five_minutes"),
            By(FLOOD, "a_host_that_is_down_is_not_tried_for_anybody"),
        ],
    ),
    ("RX15", "a slow peer: no other waits", &[By("outgoing/delivery.rs", "one_peer_that_is_down_holds_up_no_other")]),
    (
        "RX16",
        "any number of hosts: bounded memory",
        &[By("../../src/federation/throttle.rs", "rx16_neither_remembers_more_than_its_limit")],
    ),
    ("RX17", "search", &[WEB]),
    ("RX18", "deep pages", &[WEB]),
    ("RX19", "facets and maps", &[WEB]),
    ("RX20", "backtracking", &[Absent("no regular expression is used")]),
    (
        "RX21",
        "many strangers at once: looks per sender and domain are counted",
        &[By(FLOOD, "one_sender_cannot_make_us_read_without_end")],
    ),
    ("RX22", "a flood of reports", &[REPORTS]),
    ("RX23", "letters to others", &[REPORTS]),
    ("RX24", "pictures of strangers", &[Absent("pictures of strangers are neither fetched nor decoded")]),
    ("RX25", "imports", &[REPORTS]),
    ("RX26", "a full disk", &[Absent("is a fault, and shown with the other faults")]),
    ("RX27", "open connections that push", &[Absent("there are none")]),
    (
        "RX28",
        "many bad signatures: cheap refusals first",
        &[By("catalogue/exhaustion.rs", "what_can_be_refused_cheaply_costs_less_than_what_is_good")],
    ),
];

pub const BLOCKS: [Line; 2] = [
    (
        "XO13",
        "a host in any spelling, and below it, and no neighbour",
        &[By(BLOCK, "xo13_a_block_of_a_host_covers_every_spelling_and_what_is_below_it_and_no_neighbour")],
    ),
    (
        "XO14",
        "a block closes every door within one request",
        &[
            By(BLOCKED, "a_block_closes_every_page_and_every_door_at_once"),
            By(BLOCK, "xo14_what_we_kept_of_a_blocked_host_is_gone_from_every_list_and_count"),
            By(BLOCK, "xo14_whom_we_blocked_is_not_mentioned_any_more"),
            By(BLOCK, "r22_a_block_during_fan_out_lets_nothing_out_after_it"),
        ],
    ),
];

pub const CONFIDENCES: [Line; 11] = [
    ("CF01", "what is not public stands nowhere", &[By(BLOCKED, "what_is_withdrawn_is_gone_from_everywhere_at_once")]),
    ("CF02", "a private object, asked for", &[PRIVATE]),
    (
        "CF04",
        "what is withdrawn is gone at once; the tombstone says nothing",
        &[By(BLOCKED, "what_is_withdrawn_is_gone_from_everywhere_at_once")],
    ),
    ("CF05", "who is addressed in secret is told to nobody", &[By(BLOCKED, "whom_others_addressed_in_secret_we_tell_nobody")]),
    ("CF06", "tagged but not addressed", &[Absent("nobody is notified of anything yet")]),
    (
        "CF07",
        "an answer to what is gone tells nothing of it",
        &[By(BLOCKED, "what_is_withdrawn_is_gone_from_everywhere_at_once")],
    ),
    (
        "CF08",
        "what is for followers only: not kept",
        &[By("inbox.rs", "what_has_no_effect_here_is_accepted_and_changes_nothing")],
    ),
    ("CF09", "a follow without an Accept gives nothing", &[PRIVATE]),
    (
        "CF10",
        "no secret in logs or in files that others can read",
        &[By(BLOCKED, "secrets_are_in_no_log_and_in_no_file_that_others_can_read")],
    ),
    (
        "CF11",
        "reading is signed by the instance, not by who asked",
        &[By("outgoing.rs", "what_is_read_is_asked_for_with_the_instances_signature")],
    ),
    (
        "CF13",
        "who is gone leaves no answers or reactions",
        &[By("inbox.rs", "a_departed_actor_is_believed_when_its_server_says_gone")],
    ),
];
