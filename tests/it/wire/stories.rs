//! The stories that the recordings tell, in order, and what each of them does here. No code, only what is expected.

use Effect::{
    Boosted, Departed, FollowAccepted, FollowRejected, Followed, Liked, Named, Nothing, Refused, Replied, ReplyGone, ShareGone,
    ShareKept, Unfollowed,
};
use archipel::domain::actor::ActorKind;

/// What is true after an activity was taken.
#[derive(Debug, Clone, Copy)]
pub enum Effect {
    /// The sender follows the lab.
    Followed,
    Unfollowed,
    /// One reply is shown, with this in it.
    Replied(&'static str),
    ReplyGone,
    /// So many likes.
    Liked(i64),
    /// So many boosts.
    Boosted(i64),
    /// The lab's own follow is in force.
    FollowAccepted,
    FollowRejected,
    /// A share of theirs is shown, with this title.
    ShareKept(&'static str),
    /// No share of theirs is shown.
    ShareGone,
    /// The sender is known by this name.
    Named(&'static str),
    /// The sender is gone.
    Departed,
    /// All is as it was.
    Nothing,
    /// All is as it was, and the sender is told why.
    Refused(&'static str),
}

pub type Story = (&'static str, &'static [(&'static str, Effect)]);

const ANOTHERS: Effect = Refused("not entitled: author-is-another");

pub const STORIES: [Story; 14] = [
    (
        "mastodon",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("follow", Followed),
            ("create_reply", Replied("Hoeveel mensen belden er na de tweede brief?")),
            ("update_reply", Replied("en waarover?")),
            ("like", Liked(1)),
            ("undo_like", Liked(0)),
            ("announce", Boosted(1)),
            ("undo_announce", Boosted(0)),
            ("flag", Nothing),
            ("move", Nothing),
            ("accept_follow", FollowAccepted),
            ("reject_follow", FollowRejected),
            ("accept_follow", FollowRejected),
            ("update_person", Named("Merel van der Wiel (met verlof)")),
            ("delete_reply", ReplyGone),
            ("create_reply", ReplyGone),
            ("block", Unfollowed),
            ("undo_block", Nothing),
            ("delete_person", Departed),
        ],
    ),
    ("mastodon", &[("follow", Followed), ("undo_follow_by_id", Unfollowed)]),
    (
        "gotosocial",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("create_reply", Replied("Kost een avond &amp; scheelt een week.")),
            ("update_reply", Replied("scheelt twee weken.")),
            ("like", Liked(1)),
            ("undo_like", Liked(0)),
            ("announce", Boosted(1)),
            ("undo_announce", Boosted(0)),
            ("accept_follow", FollowAccepted),
            ("reject_follow", FollowRejected),
            ("update_person", Named("Jip Terpstra-Bos")),
            ("delete_reply", ReplyGone),
            ("block", Unfollowed),
            ("delete_person", Departed),
        ],
    ),
    (
        "lemmy",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("create_reply", Replied("toen de balie hem had gelezen.")),
            ("update_reply", Replied("hardop had voorgelezen.")),
            ("remove_reply", Refused("not entitled: object-of-another")),
            ("like", Liked(1)),
            ("dislike", Nothing),
            ("undo_dislike", Nothing),
            ("undo_like", Liked(0)),
            ("flag", Nothing),
            ("announce_page", Nothing),
            ("accept_follow", FollowAccepted),
            ("announce_create", Nothing),
            ("announce_like", Nothing),
            ("update_community", ANOTHERS),
            ("delete_reply", ReplyGone),
            ("undo_delete_reply", Nothing),
            ("reject_follow", FollowRejected),
            ("delete_person", Departed),
        ],
    ),
    (
        "lemmy",
        &[("accept_follow_by_id", FollowAccepted), ("announce_page", ShareKept("Wie heeft ervaring met een wandelend loket?"))],
    ),
    (
        "mobilizon",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("create_reply", Replied("dit lezen we in oktober met de groep.")),
            ("update_reply", Replied("dit lezen we in november met de groep.")),
            ("accept_follow", FollowAccepted),
            ("create_event", ANOTHERS),
            ("announce_event", ShareKept("Samen één brief herschrijven")),
            ("update_event", ANOTHERS),
            ("join", Nothing),
            ("leave", Nothing),
            ("update_person", Named("Li V.")),
            ("delete_reply", ReplyGone),
            ("reject_follow", FollowRejected),
            ("delete_person", Departed),
        ],
    ),
    (
        "wordpress",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("create_article", Nothing),
            ("create_reply", Replied("Wie leest er mee?")),
            ("update_reply", Replied("Ik zoek nog twee meelezers.")),
            ("like", Liked(1)),
            ("undo_like", Liked(0)),
            ("announce", Boosted(1)),
            ("undo_announce", Boosted(0)),
            ("accept_follow", FollowAccepted),
            ("reject_follow", FollowRejected),
            ("update_person", Named("Ilse Hoekman-Roos")),
            ("delete_reply", ReplyGone),
            ("delete_person", Departed),
        ],
    ),
    ("wordpress", &[("accept_follow", FollowAccepted), ("create_article", ShareKept("Het prikbord is vol"))]),
    (
        "pixelfed",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("follow", Followed),
            ("create_reply", Replied("zo ziet het loket er nu uit")),
            ("update_reply", Replied("zo ziet het loket er nú uit")),
            ("like", Liked(1)),
            ("undo_like", Liked(0)),
            ("announce", Boosted(1)),
            ("undo_announce", Boosted(0)),
            ("accept_follow", FollowAccepted),
            ("reject_follow", FollowRejected),
            ("update_person", Named("Noa, loketten en wachtkamers")),
            ("delete_reply", ReplyGone),
            ("delete_person", Departed),
        ],
    ),
    ("pixelfed", &[("accept_follow_without_id", FollowAccepted)]),
    (
        "misskey",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("create_reply", Replied("we tried this with a kettle in the room.")),
            ("create_quote", Nothing),
            ("like", Liked(1)),
            ("undo_like", Liked(0)),
            ("like_custom_emoji", Liked(1)),
            ("emoji_react", Liked(1)),
            ("announce", Boosted(1)),
            ("undo_announce", Boosted(0)),
            ("flag", Nothing),
            ("accept_follow", FollowAccepted),
            ("reject_follow", FollowRejected),
            ("update_person", Named("Haru")),
            ("delete_reply", ReplyGone),
            ("block", Unfollowed),
            ("delete_person", Departed),
        ],
    ),
    (
        "peertube",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("create_reply", Replied("we *filmed* the second reading")),
            ("like", Liked(1)),
            ("dislike", Nothing),
            ("undo_dislike", Nothing),
            ("undo_like", Liked(0)),
            ("create_video", Nothing),
            ("accept_follow", FollowAccepted),
            ("announce", ShareKept("Open overleg 14: the letter nobody read")),
            ("update_video", ShareKept("Open overleg 14: the letter nobody read (subtitled)")),
            ("view", Nothing),
            ("undo_announce", ShareGone),
            ("update_channel", Named("Open overleg (on Fridays)")),
            ("delete_reply", ReplyGone),
            ("reject_follow", FollowRejected),
            ("delete_person", Departed),
        ],
    ),
    (
        "fedify",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("accept_follow", FollowAccepted),
            ("create_note", ShareKept("")),
            ("create_reply", Replied("Eleven, and a twelfth in doubt.")),
            ("update_reply", Replied("Twelve after all.")),
            ("like", Liked(1)),
            ("undo_like", Liked(0)),
            ("announce", Boosted(1)),
            ("undo_announce", Boosted(0)),
            ("delete_reply", ReplyGone),
        ],
    ),
    (
        "snac",
        &[
            ("follow", Followed),
            ("undo_follow", Unfollowed),
            ("accept_follow", FollowAccepted),
            ("create_note", ShareKept("")),
            ("create_reply", Replied("How many did you find?")),
            ("update_reply", Replied("How many reed beds did you find?")),
            ("like", Liked(1)),
            ("undo_like", Liked(0)),
            ("like", Liked(1)),
            ("announce", Boosted(1)),
            ("undo_announce", Boosted(0)),
            ("announce", Boosted(1)),
            ("delete_reply", ReplyGone),
        ],
    ),
];

/// Documents of actors: what they are, and their handle. The rest of the documents is no actor that can speak.
pub const ACTORS: [(&str, &str, ActorKind, &str); 19] = [
    ("mastodon", "person", ActorKind::Member, "merel"),
    ("mastodon", "instance_actor", ActorKind::Instance, "mastodon.example"),
    ("gotosocial", "person", ActorKind::Member, "jip"),
    ("lemmy", "person", ActorKind::Member, "bram"),
    ("lemmy", "community", ActorKind::Lab, "openbaarbestuur"),
    ("mobilizon", "person", ActorKind::Member, "li"),
    ("mobilizon", "group", ActorKind::Lab, "leesgroep"),
    ("wordpress", "person", ActorKind::Member, "ilse"),
    ("wordpress", "blog_group", ActorKind::Lab, "weblog"),
    ("wordpress", "blog_organization", ActorKind::Organisation, "weblog"),
    ("wordpress", "blog_person", ActorKind::Member, "weblog"),
    ("pixelfed", "person", ActorKind::Member, "noa"),
    ("misskey", "person", ActorKind::Member, "haru"),
    ("peertube", "person", ActorKind::Member, "sam"),
    ("peertube", "account", ActorKind::Member, "sam"),
    ("peertube", "channel", ActorKind::Lab, "open_overleg"),
    ("peertube", "instance_actor", ActorKind::Instance, "peertube"),
    ("fedify", "person", ActorKind::Member, "fenna"),
    ("snac", "person", ActorKind::Member, "sanne"),
];

pub const NO_ACTORS: [(&str, &str); 4] =
    [("gotosocial", "key_stub"), ("peertube", "video"), ("fedify", "webfinger"), ("snac", "webfinger")];
