//! The stories, each in its natural order, with what must be true at its end.

use serde_json::{Value, json};

use super::{follow, like};
use crate::inbox::scene::{PUBLIC, SHARE, by};

/// What is sent, and how it ends.
pub struct Story {
    pub name: &'static str,
    pub tell: fn(&Told) -> Vec<Value>,
    /// What stands in the tables at the end.
    pub holds: &'static [&'static str],
    /// And what does not.
    pub lacks: &'static [&'static str],
    /// Our lab's own follow of the author waits for an answer.
    pub asks: bool,
    /// The author leaves for good, and nothing later is proven.
    pub departs: bool,
}

impl Story {
    pub fn length(&self) -> usize {
        let nobody = json!({"id": "", "inbox": ""});
        (self.tell)(&Told { base: String::new(), people: [nobody.clone(), nobody], follow: String::new() }).len()
    }
}

/// Where one telling takes place, and who speaks.
pub struct Told {
    pub base: String,
    /// The author, whom our lab follows, and somebody else.
    pub people: [Value; 2],
    /// The id of our lab's follow of the author.
    pub follow: String,
}

impl Told {
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn says(&self, who: usize, id: &str, kind: &str, object: Value) -> Value {
        by(&self.people[who], &self.at(id), kind, object)
    }

    /// A thing by one of them, in words of this hour.
    fn thing(&self, who: usize, path: &str, text: &str, hour: u32) -> Value {
        json!({"id": self.at(path), "type": "Note", "attributedTo": self.people[who]["id"], "to": PUBLIC, "content": text,
            "tag": [{"type": "Hashtag", "name": format!("#hour{hour}")}],
            "published": "2026-10-30T08:00:00Z", "updated": format!("2026-10-30T{hour:02}:00:00Z")})
    }

    fn share(&self, text: &str, hour: u32) -> Value {
        self.thing(0, "/shares/1", text, hour)
    }

    fn reply(&self, to: &str, text: &str, hour: u32) -> Value {
        let mut reply = self.thing(1, "/replies/1", text, hour);
        reply["inReplyTo"] = to.into();
        reply
    }

    fn create(&self, who: usize, object: Value) -> Value {
        self.says(who, &format!("/creates/{who}"), "Create", object)
    }

    fn update(&self, who: usize, number: u32, object: Value) -> Value {
        self.says(who, &format!("/updates/{who}-{number}"), "Update", object)
    }

    fn delete(&self, who: usize, path: &str) -> Value {
        self.says(who, &format!("/deletes/{who}"), "Delete", json!({"id": self.at(path), "type": "Tombstone"}))
    }

    fn undo(&self, number: u32, undone: Value) -> Value {
        self.says(1, &format!("/undos/{number}"), "Undo", undone)
    }
}

const PLAIN: Story = Story { name: "", tell: |_| Vec::new(), holds: &[], lacks: &[], asks: false, departs: false };

pub const STORIES: &[Story] = &[
    Story {
        name: "rewritten",
        tell: |told| {
            let updates = [("Twee.", 9), ("Drie.", 10)].map(|(text, hour)| told.share(text, hour));
            let [second, third] = updates;
            vec![told.create(0, told.share("Een.", 8)), told.update(0, 1, second), told.update(0, 2, third)]
        },
        holds: &["Drie.", "share_tags: http", ": hour10"],
        lacks: &["Een.", "Twee.", ": hour8"],
        ..PLAIN
    },
    Story {
        name: "deleted",
        tell: |told| {
            vec![
                told.create(0, told.share("Een.", 8)),
                told.update(0, 1, told.share("Twee.", 9)),
                told.update(0, 2, told.share("Drie.", 10)),
                told.delete(0, "/shares/1"),
            ]
        },
        holds: &["tombstones: http"],
        lacks: &["shares: ", "share_tags: "],
        ..PLAIN
    },
    Story {
        name: "reply-rewritten",
        tell: |told| {
            vec![
                told.create(1, told.reply(SHARE, "Een.", 8)),
                told.update(1, 1, told.reply(SHARE, "Twee.", 9)),
                told.update(1, 2, told.reply(SHARE, "Drie.", 10)),
            ]
        },
        holds: &["Drie."],
        lacks: &["Een.", "Twee."],
        ..PLAIN
    },
    Story {
        name: "reply-deleted",
        tell: |told| {
            vec![
                told.create(1, told.reply(SHARE, "Een.", 8)),
                told.update(1, 1, told.reply(SHARE, "Twee.", 9)),
                told.update(1, 2, told.reply(SHARE, "Drie.", 10)),
                told.delete(1, "/replies/1"),
            ]
        },
        holds: &["tombstones: http"],
        lacks: &["replies: "],
        ..PLAIN
    },
    Story {
        name: "unfollowed",
        tell: |told| vec![follow(told, 1), told.undo(1, follow(told, 1))],
        lacks: &["/follows/1"],
        ..PLAIN
    },
    Story {
        name: "unfollowed-by-id",
        tell: |told| vec![follow(told, 1), told.undo(1, json!(told.at("/follows/1")))],
        lacks: &["/follows/1"],
        ..PLAIN
    },
    Story {
        name: "followed-again",
        tell: |told| vec![follow(told, 1), told.undo(1, follow(told, 1)), follow(told, 2)],
        holds: &["/follows/2 accepted"],
        lacks: &["/follows/1"],
        ..PLAIN
    },
    Story {
        name: "unfollowed-again",
        tell: |told| vec![follow(told, 1), told.undo(1, follow(told, 1)), follow(told, 2), told.undo(2, follow(told, 2))],
        lacks: &["/follows/1", "/follows/2"],
        ..PLAIN
    },
    Story {
        name: "answered",
        tell: |told| {
            let answer = |number: u32, kind: &str| told.says(0, &format!("/answers/{number}"), kind, json!(told.follow));
            vec![answer(1, "Accept"), answer(2, "Reject"), answer(3, "Accept")]
        },
        holds: &[" rejected"],
        asks: true,
        ..PLAIN
    },
    Story {
        name: "boosted",
        tell: |told| {
            let announce = told.says(1, "/announces/1", "Announce", json!(told.at("/shares/1")));
            vec![told.create(0, told.share("Een.", 8)), announce.clone(), told.undo(1, announce)]
        },
        holds: &["Een."],
        lacks: &["reactions: "],
        ..PLAIN
    },
    Story { name: "unliked", tell: |told| vec![like(told, 1), told.undo(1, like(told, 1))], lacks: &["reactions: "], ..PLAIN },
    Story {
        name: "liked-again",
        tell: |told| vec![like(told, 1), told.undo(1, like(told, 1)), like(told, 2)],
        holds: &["/likes/2: like by"],
        lacks: &["/likes/1"],
        ..PLAIN
    },
    Story {
        name: "departed",
        tell: |told| {
            let mut described = told.people[0].clone();
            described["name"] = "Iemand anders".into();
            described["updated"] = "2026-10-30T09:00:00Z".into();
            let mut note = told.share("Een.", 8);
            note["inReplyTo"] = SHARE.into();
            let delete = told.says(0, "/deletes/0", "Delete", told.people[0]["id"].clone());
            vec![told.update(0, 1, described), delete, told.create(0, note)]
        },
        holds: &["author: gone", "author: Actor"],
        lacks: &["replies: ", "follows ", "Iemand anders"],
        departs: true,
        ..PLAIN
    },
];

/// Two people, a share and what is said below it.
pub const CONVERSATION: Story = Story {
    name: "mixed",
    tell: |told| {
        let share = told.at("/shares/1");
        vec![
            told.create(0, told.share("Een.", 8)),
            told.create(1, told.reply(&share, "Twee.", 9)),
            told.update(1, 1, told.reply(&share, "Drie.", 10)),
            told.delete(1, "/replies/1"),
            told.delete(0, "/shares/1"),
        ]
    },
    holds: &["/shares/1: Note", "/replies/1: Note"],
    lacks: &["shares: ", "replies: "],
    ..PLAIN
};
