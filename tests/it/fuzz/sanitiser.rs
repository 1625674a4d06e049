//! What any HTML and any Markdown must become: a short list of elements and attributes that neither run nor load, and the same
//! again when it is sanitised again. What comes out is read here by a scanner that shares nothing with the sanitiser.

use archipel::domain::{
    links::Links,
    text::{self, Html},
};
use url::Url;

const ELEMENTS: [&str; 29] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h2",
    "h3",
    "h4",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
];
const CLASSES: [&str; 6] = ["mention", "hashtag", "u-url", "h-card", "invisible", "ellipsis"];

/// Sanitises these bytes as HTML, and as Markdown.
pub fn check(bytes: &[u8]) {
    let dirty = String::from_utf8_lossy(bytes);
    assert_stable(&Html::sanitise(&dirty));
    let links = Links::new(Url::parse("https://alpha.example").expect("a URL"));
    let rendered = text::render(&dirty, &links, &[]);
    assert_stable(&rendered.content);
    assert!(rendered.tags.len() <= 20 && rendered.tags.iter().all(|tag| tag.chars().count() <= 120), "{:?}", rendered.tags);
    assert!(text::mentions(&dirty).len() <= 20);
}

/// Safe, and sanitised for good.
pub fn assert_stable(html: &Html) {
    assert_safe(html.as_str());
    assert_eq!(&Html::sanitise(html.as_str()), html, "sanitising it again changes it");
    let plain = html.to_plain();
    assert!(!plain.contains(char::is_control), "{plain:?}");
}

/// Every `<` begins an element of the list, and every attribute is one of the list.
pub fn assert_safe(html: &str) {
    let mut rest = html;
    while let Some((text, after)) = rest.split_once('<') {
        assert!(!text.contains('>'), "a loose > in {html}");
        let name = after.trim_start_matches('/');
        let name = &name[..name.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(name.len())];
        assert!(name == "ul" || ELEMENTS.contains(&name), "an element {name:?} in {html}");
        rest = match after.strip_prefix('/') {
            Some(closing) => closing[name.len()..].strip_prefix('>').unwrap_or_else(|| panic!("a bent end in {html}")),
            None => skip_attributes(name, &after[name.len()..], html),
        };
    }
    assert!(!rest.contains('>'), "a loose > in {html}");
}

/// What follows the attributes of this element.
fn skip_attributes<'a>(element: &str, mut rest: &'a str, html: &str) -> &'a str {
    let mut follows_nothing = element != "a";
    loop {
        if let Some(after) = rest.strip_prefix('>') {
            assert!(follows_nothing, "a link that gives itself away in {html}");
            return after;
        }
        let attribute = rest.strip_prefix(' ').and_then(|rest| rest.split_once("=\""));
        let (name, after) = attribute.unwrap_or_else(|| panic!("a bent attribute in {html}"));
        let (value, after) = after.split_once('"').unwrap_or_else(|| panic!("an open quote in {html}"));
        assert!(is_harmless(element, name, value), "{name}={value:?} on {element} in {html}");
        follows_nothing |= name == "rel" && value.contains("noopener");
        rest = after;
    }
}

fn is_harmless(element: &str, name: &str, value: &str) -> bool {
    match (element, name) {
        (_, "lang" | "dir") | ("a", "hreflang" | "title") | ("ol", "start") => true,
        ("a", "rel") => value == "nofollow noopener ugc",
        ("a" | "span", "class") => value.split_whitespace().all(|class| CLASSES.contains(&class)),
        ("a", "href") => {
            let scheme = value.trim_start().split(':').next().unwrap_or_default().to_lowercase();
            value.contains(':') && ["http", "https", "mailto"].contains(&scheme.as_str())
        }
        _ => false,
    }
}
