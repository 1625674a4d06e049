//! Pages, feeds and documents over real HTTP: long lists go on, what did not change is not sent again, and nothing typed is lost.

mod odd;

use archipel::{
    domain::{
        actor::{Actor, ActorKind},
        share::Share,
    },
    storage::{actor, lab, listing, reply, share},
};
use reqwest::{Response, header};
use serde_json::Value;

use crate::support::{Engine, Server, between, cast, on_both_engines, visitor::Visitor};

/// A server with the lab Spoor, and the lab.
async fn with_spoor(engine: Engine) -> (Server, Actor) {
    let server = Server::start(engine, "Ministry of Alpha").await;
    server.run(&["lab", "add", "spoor", "--name", "Spoor", "--summary", "Learns on the tracks."]).await;
    let lab = server.open().store.read_now(|tx| lab::find(tx, "spoor")).expect("an answer").expect("a lab").actor;
    (server, lab)
}

/// So many shares of the lab, numbered from 1, as if they had been written over time.
fn add_shares(server: &Server, lab: &Actor, count: u32) -> Vec<Share> {
    let add = |number| Share { title: format!("Share {number}!"), ..cast::a_share(number, lab, lab) };
    let written = server.open().store.write_now(|tx| {
        (1..=count)
            .map(|number| {
                let new = add(number);
                let id = share::add(tx, &new)?.expect("a new share");
                Ok::<_, archipel::storage::Failed>(Share { id, ..new })
            })
            .collect::<Result<Vec<_>, _>>()
    });
    written.expect("shares")
}

/// The pages from this one on, as far as their links to the next lead.
async fn walk(server: &Server, first: &str) -> Vec<String> {
    let mut pages = vec![server.page(first).await];
    while let Some(next) = next_of(&pages[pages.len() - 1]) {
        assert!(pages.len() < 200, "the links lead round in a circle");
        pages.push(server.page(&next).await);
    }
    pages
}

fn next_of(page: &str) -> Option<String> {
    let (before, _) = page.split_once("\" rel=\"next\"")?;
    let (_, path) = before.rsplit_once("href=\"")?;
    let path = path.replace("&#38;", "&");
    path.split('#').next().map(str::to_owned)
}

/// How often this is said on each page.
fn times(pages: &[String], said: &str) -> usize {
    pages.iter().map(|page| page.matches(said).count()).sum()
}

async fn ask(server: &Server, path: &str, headers: &[(header::HeaderName, &str)]) -> Response {
    let mut request = server.client().get(server.at(path));
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    request.send().await.expect("an answer")
}

fn header_of(answer: &Response, name: header::HeaderName) -> String {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// The pages of a collection, from `first` on.
async fn collect(server: &Server, collection: &Value) -> Vec<Value> {
    let (mut pages, mut next) = (Vec::new(), collection["first"].clone());
    while let Some(at) = next.as_str() {
        let (status, page) = server.document(at).await;
        assert_eq!((status, &page["id"], &page["partOf"]), (200, &next, &collection["id"]));
        next = page["next"].clone();
        pages.push(page);
        assert!(pages.len() < 20, "the pages lead round in a circle");
    }
    pages
}

on_both_engines! {
    async fn every_share_is_reached_by_links_from_each_list_once(engine) {
        let (server, lab) = with_spoor(engine).await;
        let shares = add_shares(&server, &lab, 90);
        for (path, pages) in [("/", 5), ("/labs/spoor", 3), ("/tags/leren", 3)] {
            let walked = walk(&server, path).await;
            assert_eq!(walked.len(), pages, "{path}");
            for share in &shares {
                assert_eq!(times(&walked, &share.title), 1, "{path}: {}", share.title);
            }
            assert!(walked[0].contains(&shares[89].title) && !walked[0].contains("Back to the newest"));
            assert!(walked[1].contains("Back to the newest"));
        }
        assert!(server.page("/labs/spoor?before=nonsense").await.contains(&shares[89].title));
        assert!(server.page("/labs/spoor?lang=nl").await.contains("&#38;lang=nl\" rel=\"next\""));
    }

    async fn a_member_and_a_lab_elsewhere_have_pages_that_go_on(engine) {
        let (server, lab) = with_spoor(engine).await;
        server.run_with_input(&["member", "add", "noor", "--name", "Noor", "--password-stdin"], "eb en vloed en eb").await;
        let known = server.open().store.write_now(|tx| {
            let noor = actor::find_local(tx, "noor")?.expect("a member");
            let elsewhere = cast::klare_taal();
            let elsewhere = Actor { id: actor::save(tx, &elsewhere)?, ..elsewhere };
            for number in 1..=70 {
                share::add(tx, &cast::a_share(number, &lab, &noor))?;
                share::add(tx, &cast::a_share(100 + number, &elsewhere, &elsewhere))?;
            }
            Ok::<_, archipel::storage::Failed>(elsewhere.address())
        });
        for path in ["/people/noor".to_owned(), format!("/labs/{}", known.expect("rows"))] {
            let walked = walk(&server, &path).await;
            assert_eq!((walked.len(), times(&walked, "<li class=\"share\">")), (3, 70), "{path}");
        }
    }

    async fn five_thousand_replies_are_read_fifty_at_a_time(engine) {
        let (server, lab) = with_spoor(engine).await;
        let shares = add_shares(&server, &lab, 1);
        let wrote = server.open().store.write_now(|tx| {
            let bo = cast::bo();
            let bo = Actor { id: actor::save(tx, &bo)?, ..bo };
            (1..=5_000).try_for_each(|number| reply::add(tx, &cast::a_reply(number, &shares[0], &bo)).map(|_| ()))
        });
        wrote.expect("replies");
        let path = format!("/shares/{}", shares[0].public_id.as_str());
        let newest = server.page(&path).await;
        assert!(newest.len() < 100_000, "{} bytes", newest.len());
        assert!(newest.contains("5000 replies") && newest.contains("/statuses/5000\"") && !newest.contains("/statuses/4950\""));
        let walked = walk(&server, &path).await;
        assert_eq!((walked.len(), times(&walked, "class=\"address\"")), (100, 5_000));
        assert!(walked[99].contains("/statuses/1\"") && walked[99].contains("The newest replies"));
        let (_, replies) = server.document(&format!("{path}/replies")).await;
        assert_eq!((&replies["totalItems"], replies["items"].as_array().map(Vec::len)), (&5_000.into(), Some(50)));
        let (_, second) = server.document(server.document(replies["first"].as_str().expect("a page")).await.1["next"].as_str().expect("a page")).await;
        assert_eq!((&second["type"], &second["items"][0]), (&"CollectionPage".into(), &"https://mastodon.example/statuses/4950".into()));
    }

    async fn the_directory_goes_on_and_can_be_looked_through_by_a_link(engine) {
        let (server, _) = with_spoor(engine).await;
        let wrote = server.open().store.write_now(|tx| {
            (0..100).try_for_each(|number| {
                let lab = cast::a_remote_actor(ActorKind::Lab, &format!("eiland_{number}"), "bravo.example");
                // Ten of each name, so that a part ends between two that are called the same.
                let lab = Actor { name: format!("Eiland {}", number / 10), ..lab };
                let id = actor::save(tx, &lab)?;
                listing::confirm(tx, &Actor { id, ..lab }, None, cast::october(1)).map(|_| ())
            })
        });
        wrote.expect("labs");
        let walked = walk(&server, "/labs").await;
        assert_eq!(walked.len(), 3);
        for number in 0..100 {
            assert_eq!(times(&walked, &format!("@eiland_{number}@")), 1, "{number}");
        }
        assert_eq!(times(&walked, "@spoor@"), 1);
        let found = server.page("/labs?q=tracks&where=own&kind=lab").await;
        assert!(found.contains("@spoor@") && !found.contains("@eiland_"), "{found}");
        let found = walk(&server, "/labs?q=eiland+&where=elsewhere").await;
        assert_eq!((found.len(), times(&found, "class=\"lab\"")), (3, 100));
        assert!(found[1].contains("value=\"eiland\"") && found[1].contains("<option value=\"elsewhere\" selected>"));
        let nothing = server.page("/labs?q=%3Cb%3E%25").await;
        assert!(nothing.contains("No lab here is like that.") && nothing.contains("value=\"&#60;b&#62;%\""));
        let (_, labs) = server.document("/organisation/labs").await;
        assert_eq!((&labs["totalItems"], &labs["orderedItems"][0]["id"]), (&1.into(), &server.at("/labs/spoor").into()));
        assert_eq!(collect(&server, &labs).await[0]["orderedItems"], labs["orderedItems"]);
    }

    async fn an_outbox_shows_the_newest_at_once_and_all_of_them_by_page(engine) {
        let (server, lab) = with_spoor(engine).await;
        add_shares(&server, &lab, 120);
        let (status, outbox) = server.document("/labs/spoor/outbox").await;
        assert_eq!((status, &outbox["type"], &outbox["totalItems"]), (200, &"OrderedCollection".into(), &120.into()));
        let pages = collect(&server, &outbox).await;
        assert_eq!(pages.iter().map(|page| page["orderedItems"].as_array().map_or(0, Vec::len)).collect::<Vec<_>>(), [50, 50, 20]);
        assert_eq!(pages[0]["orderedItems"], outbox["orderedItems"]);
        let ids: std::collections::BTreeSet<_> =
            pages.iter().flat_map(|page| page["orderedItems"].as_array().expect("items")).map(|item| item["id"].to_string()).collect();
        assert_eq!((ids.len(), &pages[2]["type"]), (120, &"OrderedCollectionPage".into()));
    }

    async fn a_feed_holds_the_newest_shares_and_is_sent_once(engine) {
        let (server, _) = with_spoor(engine).await;
        server.publish("spoor", "Tea & <b>chairs</b>", "We asked \"why\". #counter", &[]).await;
        for (page, feed) in [("/labs/spoor", "/labs/spoor.atom"), ("/organisation", "/organisation.atom"), ("/", "/organisation.atom")] {
            assert!(server.page(page).await.contains(&format!("type=\"application/atom+xml\" href=\"{feed}\"")), "{page}");
            let answer = ask(&server, feed, &[]).await;
            assert_eq!(header_of(&answer, header::CONTENT_TYPE), "application/atom+xml; charset=utf-8");
            let (mark, date) = (header_of(&answer, header::ETAG), header_of(&answer, header::LAST_MODIFIED));
            let xml = answer.text().await.expect("a feed");
            assert!(xml.starts_with("<?xml version=\"1.0\"") && xml.contains("<category term=\"counter\"/>"), "{xml}");
            assert!(xml.contains("<title>Tea &#38; &#60;b&#62;chairs&#60;/b&#62;</title>"), "{xml}");
            assert!(xml.contains("<content type=\"html\">&#60;p&#62;We asked"), "{xml}");
            for held in [(header::IF_NONE_MATCH, mark.as_str()), (header::IF_MODIFIED_SINCE, date.as_str())] {
                assert_eq!(ask(&server, feed, std::slice::from_ref(&held)).await.status(), 304, "{held:?}");
            }
        }
        assert_eq!(ask(&server, "/labs/nosuchlab.atom", &[]).await.status(), 404);
    }

    async fn what_did_not_change_is_not_sent_again(engine) {
        let (server, _) = with_spoor(engine).await;
        let share = server.publish("spoor", "A counter", "In the market.", &[]).await;
        for (path, accept) in [("/", "text/html"), (share.as_str(), "text/html"), (share.as_str(), "application/activity+json"), ("/labs/spoor/outbox", "application/activity+json")] {
            let first = ask(&server, path, &[(header::ACCEPT, accept)]).await;
            let mark = header_of(&first, header::ETAG);
            assert!(mark.starts_with("W/\"") && header_of(&first, header::VARY).contains("Accept"), "{path} {accept}: {mark}");
            let again = [(header::ACCEPT, accept), (header::IF_NONE_MATCH, mark.as_str())];
            let second = ask(&server, path, &again).await;
            assert_eq!((second.status().as_u16(), header_of(&second, header::ETAG)), (304, mark.clone()), "{path}");
            assert_eq!(second.text().await.expect("nothing"), "");
            let other = [(header::ACCEPT, accept), (header::IF_NONE_MATCH, "W/\"another\"")];
            assert_eq!(ask(&server, path, &other).await.status(), 200);
            server.run(&["share", "revise", &share, "--title", &format!("A counter of {}", path.len() + accept.len())]).await;
            server.publish("spoor", "One more", "Said.", &[]).await;
            assert_eq!(ask(&server, path, &again).await.status(), 200, "{path} changed");
        }
        let dutch = ask(&server, "/", &[(header::ACCEPT_LANGUAGE, "nl")]).await;
        assert!(header_of(&dutch, header::VARY).contains("Accept-Language"));
        assert_ne!(header_of(&dutch, header::ETAG), header_of(&ask(&server, "/", &[]).await, header::ETAG));
    }
}

on_both_engines! {
    async fn a_picture_is_taken_away_and_what_it_shows_is_unsaid(engine) {
        let (server, _) = with_spoor(engine).await;
        let noor = Visitor::join(&server, "noor", "Noor Voorbeeld").await;
        let share = server.publish("spoor", "A counter", "In the market.", &[]).await;
        let path = share.trim_start_matches(server.origin()).to_owned();
        let texts = [("title", "A counter"), ("body", "In the market."), ("kind", "story"), ("language", "en"), ("licence", "CC-BY-4.0")];
        let profile = [("name", "Spoor"), ("kind", "lab"), ("summary", "")];
        let edits = [(path.clone(), texts.as_slice()), ("/labs/spoor".to_owned(), profile.as_slice())];
        for (page, fields) in &edits {
            let edit = format!("{page}/edit");
            let token = noor.token(&edit).await;
            let shown = [*fields, &[("picture_description", "A chair")]].concat();
            assert_eq!(noor.send_parts(&edit, &token, &shown, Some(&png())).await.status(), 303, "{page}");
            let kept = kept_in(&noor.page(&edit).await);
            assert_eq!(kept.len(), 24, "{page}");
            assert_eq!(server.document(page).await.1[image_of(page)]["name"], "A chair");
            let unsaid = [*fields, &[("picture_kept", kept.as_str()), ("picture_description", "")]].concat();
            assert_eq!(noor.send_parts(&edit, &token, &unsaid, None).await.status(), 303, "{page}");
            let (_, document) = server.document(page).await;
            assert!(document[image_of(page)]["url"].is_string() && document.to_string().matches("A chair").count() == 0, "{document}");
            let removed = [*fields, &[("picture_kept", kept.as_str()), ("picture_remove", "yes")]].concat();
            assert_eq!(noor.send_parts(&edit, &token, &removed, None).await.status(), 303, "{page}");
            assert_eq!(kept_in(&noor.page(&edit).await), "", "{page}");
            assert!(!server.document(page).await.1.to_string().contains(&kept), "{page}");
        }
    }

    async fn what_was_typed_survives_a_session_that_ends(engine) {
        let (server, _) = with_spoor(engine).await;
        let noor = Visitor::join(&server, "noor", "Noor Voorbeeld").await;
        let share = server.publish("spoor", "A counter", "In the market.", &[]).await;
        let path = share.trim_start_matches(server.origin()).to_owned();
        let typed = [("title", "Eleven <beds>"), ("body", "Counted & \"noted\"."), ("kind", "story"), ("language", "en"), ("licence", "CC-BY-4.0"), ("action", "publish")];
        for action in ["/labs/spoor/shares/new".to_owned(), format!("{path}/edit")] {
            let ended = Visitor::stranger(&server).send_parts(&action, "of before", &typed, None).await;
            assert_eq!(ended.status(), 401, "{action}");
            let page = ended.text().await.expect("a page");
            assert!(page.contains("name=\"title\" value=\"Eleven &#60;beds&#62;\"") && page.contains("Counted &#38; &#34;noted&#34;."), "{page}");
            assert!(page.contains(&format!("action=\"{action}\" enctype=\"multipart/form-data\"")), "{page}");
            let renewed = noor.send_parts(&action, "", &typed, None).await;
            assert_eq!(renewed.status(), 422, "{action}");
            let page = renewed.text().await.expect("a page");
            assert!(page.contains("of an earlier session") && page.contains("Counted &#38; &#34;noted&#34;."), "{page}");
            let token = between(&page, "name=\"form_token\" value=\"", "\"").expect("a token");
            assert_eq!(noor.send_parts(&action, token, &[("action", "preview")], None).await.status(), 422, "nothing typed");
            assert_eq!(noor.send_parts(&action, token, &typed, None).await.status(), 303, "{action}");
        }
        assert_eq!(server.list(&["share", "list"]).await.len(), 2);
        let reply = ask_to(&server, &format!("{path}/reply"), "body=We+saw+it+too").await;
        assert_eq!(reply.status(), 401);
        let page = reply.text().await.expect("a page");
        assert!(page.contains("We saw it too") && page.contains(&format!("action=\"{path}/reply\"")), "{page}");
    }

    async fn an_empty_instance_says_what_to_do_first(engine) {
        let server = Server::start(engine, "Ministry of Alpha").await;
        let said = server.page("/").await;
        assert!(said.contains("Soon the labs of Ministry of Alpha tell here") && !said.contains("First steps"));
        let noor = Visitor::join(&server, "noor", "Noor Voorbeeld").await;
        let said = noor.page("/").await;
        assert!(said.contains("First steps") && said.contains("href=\"/labs/new\"") && said.contains("archipel doctor"));
        server.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
        assert!(!noor.page("/").await.contains("First steps"));
    }
}

fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(40, 20).write_to(&mut bytes, image::ImageFormat::Png).expect("a picture");
    bytes.into_inner()
}

/// The picture that a form holds.
fn kept_in(form: &str) -> String {
    between(form, "name=\"picture_kept\" value=\"", "\"").expect("a form with a picture").to_owned()
}

const fn image_of(page: &str) -> &'static str {
    if page.len() > 11 { "image" } else { "icon" }
}

async fn ask_to(server: &Server, path: &str, body: &'static str) -> Response {
    let request = server.client().post(server.at(path)).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body(body).send().await.expect("an answer")
}

#[test]
fn the_next_link_is_found() {
    let page = "<a href=\"/\">x</a> <a href=\"/labs?q=a&#38;after=b#known\" rel=\"next\">Further</a>";
    assert_eq!(next_of(page).as_deref(), Some("/labs?q=a&after=b"));
    assert_eq!(between(page, "<a href=\"", "\""), Some("/"));
}
