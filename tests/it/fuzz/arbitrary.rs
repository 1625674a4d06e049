//! Shapes that bytes alone would hardly take: HTML and Markdown that nobody would write, hosts in every spelling.

use archipel::domain::{block::Blockable, peer::canonical_host};
use proptest::{prelude::*, test_runner::Config};
use url::Url;

use super::{activity, sanitiser, webfinger};

const HTML: &str = concat!(
    "(<[a-z]{1,10}( [a-z]{1,8}=\"?[^<]{0,20}\"?)?>|[^<]{0,10}|</[a-z]{1,4}>|",
    "&[a-z#0-9]{0,6};?|<!--|-->|javascript:){0,12}"
);
const MARKED_UP: &str = concat!(
    "(<(svg|math|style|title|textarea|noscript|table|a|p|template|xmp|mglyph|mtext|select|option)( (href|style|xlink:href|onload|class|id)=",
    "(\"[^\"]{0,12}\"|'[^']{0,12}'|[a-z:&#0-9;]{0,12}))?/?>|</(svg|math|style|title|a|p|table|template|xmp)>|<!\\[CDATA\\[|\\]\\]>|",
    "[ -~]{0,6}){0,14}"
);
const MARKDOWN: &str = concat!(
    "(#{1,6} |\\* |> |```\\n|`|\\*\\*|_|~~|\\| a \\| b \\|\\n\\|---\\|---\\|\\n|\\[a\\]\\((javascript:x|https://a\\.example/|data:x)\\)|",
    "!\\[b\\]\\(https://a\\.example/b\\.png\\)|<[a-z]{1,6}( on[a-z]{1,4}=x)?>|#[a-z]{1,6}|@bo@a\\.example|&lt;|<|>|\\\\|[^<]{0,8}| |\\n){0,16}"
);
const NAME: &str = "[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?(\\.[a-z][a-z0-9]{0,8}){1,3}";

/// One spelling of `https://name/path`.
fn spell(name: &str, path: &str, upper: u32, (dots, port, scheme): (usize, bool, bool)) -> String {
    let mixed: String = name
        .chars()
        .enumerate()
        .map(|(at, letter)| if (upper >> (at % 32)) & 1 == 1 { letter.to_ascii_uppercase() } else { letter })
        .collect();
    let port = if port { ":443" } else { "" };
    format!("{}://{mixed}{}{port}/{path}", if scheme { "HTTPS" } else { "https" }, ".".repeat(dots))
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_html_survives_the_sanitiser_unsafe(text in prop_oneof![HTML, MARKED_UP]) {
        sanitiser::check(text.as_bytes());
    }

    #[test]
    fn no_markdown_is_rendered_unsafe(text in MARKDOWN) {
        sanitiser::check(text.as_bytes());
    }

    #[test]
    fn no_html_in_any_field_survives_its_reader(html in MARKED_UP, field in prop::sample::select(vec!["content", "summary", "name"])) {
        let mut note = serde_json::json!({
            "id": "https://a.example/users/bo", "type": ["Note", "Person"], "to": "as:Public", "preferredUsername": "bo",
            "inReplyTo": "https://alpha.example/shares/k3v9x2mqa7", "inbox": "https://a.example/users/bo/inbox", "content": "x",
            "publicKey": {"id": "https://a.example/users/bo#main-key", "owner": "https://a.example/users/bo", "publicKeyPem": "x"},
        });
        note[field] = html.into();
        activity::check(note.to_string().as_bytes());
    }

    #[test]
    fn every_spelling_of_a_host_has_one_form(name in NAME, upper in any::<u32>(), how in (0..3_usize, any::<bool>(), any::<bool>())) {
        let spelt = Url::parse(&spell(&name, "users/bo", upper, how)).unwrap();
        prop_assert_eq!(canonical_host(&spelt), name.as_str());
        let again = Url::parse(&format!("https://{}/", canonical_host(&spelt))).unwrap();
        prop_assert_eq!(canonical_host(&again), canonical_host(&spelt));
        webfinger::check_address(&spell(&name, "", upper, how));
        webfinger::check_address(&format!("bo@{name}"));
    }

    #[test]
    fn a_blocked_host_covers_every_spelling_and_no_neighbour(
        name in NAME,
        below in "[a-z]{1,5}",
        upper in any::<u32>(),
        how in (0..3_usize, any::<bool>(), any::<bool>()),
    ) {
        let block = Blockable::parse(&name).unwrap();
        let covers = |host: &str| block.covers(&Url::parse(&spell(host, "users/bo", upper, how)).unwrap());
        for host in [name.clone(), format!("{below}.{name}"), format!("{below}.{below}.{name}")] {
            prop_assert!(covers(&host), "{}", host);
        }
        for host in [format!("{below}{name}"), format!("{name}.{below}"), format!("{below}-{name}")] {
            prop_assert!(!covers(&host), "{}", host);
        }
        let typed = Blockable::parse(&spell(&name, "users/bo", upper, how));
        if how.0 > 1 {
            prop_assert!(typed.is_err(), "two dots behind {}", name);
        } else {
            prop_assert_eq!(typed.unwrap().to_string(), format!("https://{name}/users/bo"));
        }
    }

    #[test]
    fn no_address_makes_a_parser_panic(text in prop_oneof![".{0,40}", "(acct:|@){0,2}[a-zA-Z0-9._-]{0,8}@[ -~]{0,30}", "https?://[ -~]{0,40}"]) {
        webfinger::check(text.as_bytes());
    }

    #[test]
    fn no_descriptor_leads_where_no_url_leads(
        href in "(https?|ftp|javascript|data)://[ -~]{0,40}",
        template in "https?://[ -~]{0,20}\\{(uri|object)\\}[ -~]{0,9}",
        relation in prop::sample::select(vec!["self", "http://ostatus.org/schema/1.0/subscribe", "https://w3id.org/fep/3b86/Object"]),
    ) {
        let link = serde_json::json!({"rel": relation, "type": "application/activity+json", "href": href, "template": template});
        webfinger::check(serde_json::json!({"subject": "acct:bo@a.example", "links": [link]}).to_string().as_bytes());
    }
}
