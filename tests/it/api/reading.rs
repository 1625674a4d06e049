//! Reading: what anyone may see, whole and with its origin, part by part; what nobody may see is not there.

use std::collections::BTreeSet;

use archipel::{
    domain::{
        actor::{Actor, ActorKind},
        peer::{Node, Policy},
        profile::{Place, Profile},
        share::{PublicId, Share, ShareKind},
    },
    storage::{actor, lab, listing, peer, profile, share},
};
use reqwest::Method;
use serde_json::Value;

use super::{ask, get, walk};
use crate::support::{Engine, Server, cast, on_both_engines};

/// Two labs of ours with twenty-five shares, and three labs of others, one of which is not listed, with shares.
async fn an_archipelago(engine: Engine) -> Server {
    let server = Server::start(engine, "Ministry of Alpha").await;
    server
        .run(&["lab", "add", "spoor", "--name", "Spoor", "--theme", "ai", "--place", "Utrecht", "--summary", "Learns *aloud*."])
        .await;
    server.run(&["lab", "add", "oever", "--name", "Oever", "--kind", "doetank", "--state", "dormant"]).await;
    let wrote = server.open().store.write_now(|tx| {
        let spoor = lab::find(tx, "spoor")?.expect("a lab").actor;
        for number in 1..=25 {
            let kind = if number % 5 == 0 { ShareKind::Idea } else { ShareKind::Story };
            share::add(tx, &Share { kind, ..cast::a_share(number, &spoor, &spoor) })?;
        }
        for (row, handle, host, listed) in
            [(100, "brug", "bravo.example", true), (200, "kade", "charlie.example", true), (300, "stil", "delta.example", false)]
        {
            let organisation = cast::a_remote_actor(ActorKind::Organisation, "organisatie", host);
            let organisation = Actor { name: format!("Organisation at {host}"), ..organisation };
            let organisation = Actor { id: actor::save(tx, &organisation)?, ..organisation };
            let one = cast::a_remote_actor(ActorKind::Lab, handle, host);
            let one = Actor { id: actor::save(tx, &one)?, ..one };
            if listed {
                listing::confirm(tx, &one, Some(organisation.id), cast::october(3))?;
                profile::save(tx, one.id, &Profile { place: Place::told("Utrecht"), ..Profile::default() })?;
            }
            for number in row..row + 3 {
                let id = PublicId::from_random(u64::from(number));
                share::add(tx, &Share { public_id: id, ..cast::a_share(number, &one, &one) })?;
            }
        }
        Ok::<_, archipel::storage::Failed>(())
    });
    wrote.expect("labs and shares");
    server
}

fn ids(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["activityPubId"].as_str().expect("an id")).collect()
}

on_both_engines! {
    async fn every_list_is_read_to_its_end_without_a_gap_or_a_double(engine) {
        let server = an_archipelago(engine).await;
        for (path, count) in [
            ("/shares?limit=4", 34),
            ("/shares?limit=100", 34),
            ("/shares?where=own&limit=5", 25),
            ("/shares?kind=idea&limit=2", 5),
            ("/shares?organisation=bravo.example&limit=1", 3),
            ("/labs/spoor/shares?limit=7", 25),
            ("/labs?limit=1", 4),
            ("/labs?sort=name&limit=3", 4),
            ("/labs?sort=newest&limit=2", 4),
            ("/organisations?limit=1", 4),
            ("/themes", 9),
        ] {
            let items = walk(&server, path).await;
            let found = ids(&items);
            if path == "/themes" {
                assert!(found.len() > 3);
                continue;
            }
            assert_eq!((found.len(), found.iter().collect::<BTreeSet<_>>().len()), (count, count), "{path}");
        }
        let shares = walk(&server, "/shares?limit=9").await;
        let times: Vec<&str> = shares.iter().map(|share| share["publishedAt"].as_str().expect("a time")).collect();
        assert!(times.is_sorted_by(|one, other| one >= other), "newest first");
        let found = walk(&server, "/search?thing=share&limit=10").await;
        assert_eq!(found.len(), 34);
        assert_eq!(found.iter().map(|hit| hit["share"]["id"].as_str()).collect::<BTreeSet<_>>().len(), 34);
    }

    async fn everything_says_whose_it_is_where_it_is_and_how_fresh(engine) {
        let server = an_archipelago(engine).await;
        let lab = get(&server, "/labs/spoor").await.json;
        assert_eq!((&lab["id"], &lab["activityPubId"]), (&"spoor".into(), &server.at("/labs/spoor").into()));
        assert_eq!((&lab["url"], &lab["pageHere"]), (&server.at("/labs/spoor").into(), &server.at("/labs/spoor").into()));
        assert_eq!((&lab["description"], &lab["local"]), (&"Learns *aloud*.".into(), &true.into()));
        assert!(lab["content"].as_str().is_some_and(|html| html.contains("<em>aloud</em>")));
        assert_eq!((&lab["organisation"]["name"], &lab["themes"][0]["slug"]), (&"Ministry of Alpha".into(), &"ai".into()));
        assert!(lab["readAt"].is_null() && lab["updatedAt"].as_str().is_some_and(|at| at.ends_with('Z')));

        let lab = get(&server, "/labs/brug@bravo.example").await.json;
        assert_eq!((&lab["host"], &lab["local"], &lab["participants"]), (&"bravo.example".into(), &false.into(), &Value::Null));
        assert_eq!(lab["pageHere"], server.at("/labs/brug@bravo.example"));
        assert_eq!(lab["organisation"]["name"], "Organisation at bravo.example");
        assert_eq!(lab["readAt"], "2026-10-01T09:00:00Z");

        let share = get(&server, "/shares?organisation=bravo.example&limit=1").await.json["items"][0].clone();
        assert_eq!((&share["lab"]["id"], &share["author"]["address"]), (&"brug@bravo.example".into(), &"brug@bravo.example".into()));
        assert_eq!((&share["organisation"]["host"], &share["local"]), (&"bravo.example".into(), &false.into()));
        let id = share["id"].as_str().expect("an id");
        assert_eq!((&share["pageHere"], share.get("content")), (&server.at(&format!("/shares/{id}")).into(), None));
        let whole = get(&server, &format!("/shares/{id}")).await.json;
        assert!(whole["content"].as_str().is_some_and(|html| html.contains("<em>niet</em>")) && whole.get("body").is_none());
        assert_eq!((&whole["counts"]["replies"], &whole["licence"], &whole["outcome"]), (&0.into(), &"CC-BY-4.0".into(), &"partly".into()));

        let known = get(&server, "/organisations/bravo.example").await.json;
        assert_eq!((&known["labs"], &known["local"]), (&1.into(), &false.into()));
        let ours = get(&server, &format!("/organisations/{}", server.host())).await.json;
        assert_eq!((&ours["name"], &ours["labs"], &ours["readAt"]), (&"Ministry of Alpha".into(), &2.into(), &Value::Null));
    }

    async fn filters_narrow_down_as_on_the_pages(engine) {
        let server = an_archipelago(engine).await;
        for (path, pointer, wanted) in [
            ("/labs?q=spoor", "/id", vec!["spoor"]),
            ("/labs?place=utrecht&sort=name", "/id", vec!["brug@bravo.example", "kade@charlie.example", "spoor"]),
            ("/labs?kind=doetank", "/id", vec!["oever"]),
            ("/labs?state=dormant", "/id", vec!["oever"]),
            ("/labs?theme=ai", "/id", vec!["spoor"]),
            ("/labs?where=elsewhere&letter=k", "/id", vec!["kade@charlie.example"]),
            ("/labs?organisation=bravo.example", "/id", vec!["brug@bravo.example"]),
            ("/labs?openTo=visits", "/id", vec![]),
            ("/shares?lab=brug%40bravo.example&limit=1", "/lab/id", vec!["brug@bravo.example"]),
            ("/shares?tag=%23Leren&limit=1", "/tags/0", vec!["leren"]),
            ("/shares?outcome=worked", "/id", vec![]),
            ("/shares?language=en", "/id", vec![]),
            ("/organisations?kind=province", "/host", vec![]),
        ] {
            let answer = get(&server, path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.json);
            assert_eq!(answer.each(pointer), wanted, "{path}");
        }
        let found = get(&server, "/search?q=leerden&limit=2").await.json;
        assert_eq!((&found["total"], found["items"].as_array().map(Vec::len)), (&34.into(), Some(2)));
        assert_eq!((&found["items"][0]["thing"], &found["isCut"]), (&"share".into(), &false.into()));
        let kinds = found["facets"]["kind"].as_array().expect("kinds");
        assert_eq!(kinds[0], serde_json::json!({"value": "story", "count": 29}));
        let labs = get(&server, "/search?q=spoor&thing=lab").await.json;
        assert_eq!(labs["items"][0]["lab"]["id"], "spoor");
    }

    async fn what_the_directory_hides_is_nowhere(engine) {
        let server = an_archipelago(engine).await;
        assert_eq!(get(&server, "/labs/stil@delta.example").await.json["name"], "stil", "it is known, and only not listed");
        assert!(!get(&server, "/labs").await.json.to_string().contains("stil@"));
        let brug = format!("/shares/{}", PublicId::from_random(100).as_str());
        let addresses = ["/labs/brug@bravo.example", "/labs/brug@bravo.example/shares", &brug, "/organisations/bravo.example"];
        for path in addresses {
            assert_eq!(get(&server, path).await.status, 200, "{path}");
        }
        let limited = server.open().store.write_now(|tx| {
            peer::save(tx, "bravo.example", &Node::default(), cast::october(4))?;
            peer::set_policy(tx, "bravo.example", Policy::Limited)?;
            listing::hide_at(tx, "bravo.example", true)
        });
        limited.expect("a limited peer");
        server.run(&["block", "add", "charlie.example"]).await;
        for path in ["/labs?limit=100", "/shares?limit=100", "/organisations?limit=100", "/search?limit=100"] {
            let said = get(&server, path).await.json.to_string();
            for host in ["bravo.example", "charlie.example"] {
                assert!(!said.contains(host), "{host} is in {path}: {said}");
            }
        }
        for path in addresses {
            assert_eq!(get(&server, path).await.status, 404, "{path}");
        }
        let share = server.publish("spoor", "Too early", "We take this back.", &[]).await;
        let id = share.rsplit('/').next().expect("an id").to_owned();
        assert_eq!(get(&server, &format!("/shares/{id}")).await.json["body"], "We take this back.");
        server.run(&["share", "withdraw", &share]).await;
        let gone = get(&server, &format!("/shares/{id}")).await;
        assert_eq!((gone.status, &gone.json["code"]), (410, &"share-withdrawn".into()));
    }

    async fn what_cannot_be_read_is_refused_with_its_reason(engine) {
        let server = Server::start(engine, "Ministry of Alpha").await;
        for (path, status, fields) in [
            ("/labs?limit=0", 400, vec!["limit"]),
            ("/labs?limit=101", 400, vec!["limit"]),
            ("/labs?limit=many&kind=shop&state=gone", 400, vec!["kind", "state", "limit"]),
            ("/labs?sort=best&where=there&openTo=all&letter=ab", 400, vec!["where", "sort", "openTo", "letter"]),
            ("/labs?after=nonsense", 400, vec!["after"]),
            ("/labs?sort=name&after=t-1-1", 400, vec!["after"]),
            ("/labs?organisationKind=club&theme=&language=dutch", 400, vec!["theme", "organisationKind", "language"]),
            ("/labs?organisation_kind=ministry", 400, vec![]),
            ("/labs?q=a&q=b", 400, vec![]),
            ("/labs/spoor?lang=nl", 400, vec![]),
            ("/shares?kind=post&outcome=fine&after=1", 400, vec!["kind", "outcome", "after"]),
            ("/shares?lab=nobody", 404, vec![]),
            ("/shares/short", 404, vec![]),
            ("/shares/aaaaaaaaaa", 404, vec![]),
            ("/labs/nobody", 404, vec![]),
            ("/labs/nobody/shares", 404, vec![]),
            ("/labs/nobody@nowhere.example", 404, vec![]),
            ("/organisations?after=t-1-1&kind=club", 400, vec!["kind", "after"]),
            ("/organisations/nowhere.example", 404, vec![]),
            ("/search?scope=followed&thing=person&after=601", 400, vec!["scope", "thing", "after"]),
            ("/themes?limit=1", 400, vec![]),
            ("/nothing", 404, vec![]),
            ("", 404, vec![]),
            ("/labs/", 404, vec![]),
            ("/shares/", 404, vec![]),
            ("/labs/%00", 400, vec![]),
            ("/shares?lab=%00", 400, vec![]),
            ("/organisations/%00", 400, vec![]),
        ] {
            let answer = get(&server, path).await;
            assert_eq!((answer.status, answer.fields()), (status, fields), "{path}: {}", answer.json);
        }
        let dutch = ask(&server, Method::GET, "/labs?limit=0", &[("accept-language", "nl")], None).await;
        assert_eq!(dutch.json["errors"][0]["message"], "Geef een getal van 1 tot en met 100.");
        let english = ask(&server, Method::GET, "/labs?limit=0", &[("accept-language", "en")], None).await;
        assert_eq!(english.json["errors"][0]["message"], "Give a number from 1 to 100.");
    }

    async fn any_site_may_read_and_what_did_not_change_is_not_sent_again(engine) {
        let server = an_archipelago(engine).await;
        for path in ["/openapi.json", "/labs", "/labs/spoor", "/shares", "/organisations", "/themes", "/search?q=spoor"] {
            let answer = get(&server, path).await;
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
            assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("application/json", "no-cache"), "{path}");
            let mark = answer.header("etag").to_owned();
            assert!(mark.starts_with("W/"), "{path}");
            let again = ask(&server, Method::GET, path, &[("if-none-match", &mark), ("origin", "https://elsewhere.example")], None).await;
            assert_eq!((again.status, &again.json), (304, &Value::Null), "{path}");
            let head = ask(&server, Method::HEAD, path, &[], None).await;
            assert_eq!((head.status, &head.json), (200, &Value::Null), "{path}");
            let options = ask(&server, Method::OPTIONS, path, &[("origin", "https://elsewhere.example")], None).await;
            assert_eq!((options.status, options.header("access-control-allow-methods")), (204, "GET, HEAD"), "{path}");
        }
        for (method, path, allowed) in [
            (Method::DELETE, "/labs", "GET, HEAD, POST, OPTIONS"),
            (Method::PUT, "/shares/aaaaaaaaaa", "GET, HEAD, PATCH, DELETE, OPTIONS"),
            (Method::POST, "/shares", "GET, HEAD, OPTIONS"),
        ] {
            let answer = ask(&server, method, path, &[], None).await;
            assert_eq!((answer.status, answer.header("allow")), (405, allowed), "{path}");
            assert!(!answer.headers.contains_key("access-control-allow-origin"));
        }
        assert_eq!(get(&server, "/nothing").await.header("cache-control"), "no-store");
    }

    async fn who_asks_far_too_often_is_told_when_to_come_again(engine) {
        let server = Server::start(engine, "Ministry of Alpha").await;
        let mut last = None;
        for _ in 0..700 {
            let answer = get(&server, "/themes").await;
            if answer.status != 200 {
                last = Some(answer);
                break;
            }
        }
        let last = last.expect("an end");
        assert_eq!((last.status, last.header("retry-after"), &last.json["code"]), (429, "60", &"api-too-many".into()));
        assert_eq!(server.page("/themes").await.matches("<h1>").count(), 1, "pages are not counted");
    }
}
