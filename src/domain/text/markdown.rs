//! Markdown as members write it, with `#hashtags` and `@handle@host` mentions as links.

use comrak::{
    Arena, Options,
    nodes::{AstNode, NodeValue},
};
use url::Url;

use super::sanitise::Html;
use crate::domain::{links::Links, peer::Account, share::Mention};

/// A rendered text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The HTML, sanitised.
    pub content: Html,
    /// Hashtags without the sign, in lower case, in order, once each; at most 20.
    pub tags: Vec<String>,
}

/// Renders Markdown; `mentions` are the actors that the text names and that we know.
#[must_use]
pub fn render(markdown: &str, links: &Links, mentions: &[Mention]) -> Rendered {
    let arena = Arena::new();
    let options = options();
    let root = comrak::parse_document(&arena, markdown, &options);
    let mut tags = Vec::new();
    align_headings(root);
    for node in root.descendants() {
        if !is_inside_link_or_code(node) {
            link_words(node, links, mentions, &mut tags);
        }
    }
    let mut html = String::new();
    // Writing to a String cannot fail; an empty text would be the honest outcome if it did.
    let _ = comrak::format_html(root, &options, &mut html);
    Rendered { content: Html::sanitise(&html), tags }
}

/// Whether the text has a heading, a picture or a table: then it is an Article on the wire.
#[must_use]
pub fn has_structure(markdown: &str) -> bool {
    let arena = Arena::new();
    comrak::parse_document(&arena, markdown, &options())
        .descendants()
        .any(|node| matches!(node.data.borrow().value, NodeValue::Heading(_) | NodeValue::Image(_) | NodeValue::Table(_)))
}

/// The accounts that a text names, once each; at most 20.
#[must_use]
pub fn mentions(markdown: &str) -> Vec<Account> {
    let mut found: Vec<Account> = Vec::new();
    for word in words(markdown).filter(|word| word.starts_with('@')) {
        let named = Account::parse(trim_punctuation(word)).ok();
        if let Some(account) = named.filter(|account| !found.contains(account) && found.len() < 20) {
            found.push(account);
        }
    }
    found
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    // Raw HTML passes here and meets the sanitiser below, which knows better.
    options.render.r#unsafe = true;
    options
}

/// The page has the one `h1`, so the highest heading of a text, whichever its author chose, becomes `h2`.
fn align_headings<'a>(root: &'a AstNode<'a>) {
    let level = |node: &'a AstNode<'a>| match node.data.borrow().value {
        NodeValue::Heading(heading) => Some(heading.level),
        _ => None,
    };
    let highest = root.descendants().filter_map(level).min().unwrap_or(1);
    for node in root.descendants() {
        if let NodeValue::Heading(heading) = &mut node.data.borrow_mut().value {
            heading.level = (heading.level - highest + 2).min(4);
        }
    }
}

fn is_inside_link_or_code<'a>(node: &'a AstNode<'a>) -> bool {
    node.ancestors().skip(1).any(|above| matches!(above.data.borrow().value, NodeValue::Link(_) | NodeValue::Image(_)))
}

fn link_words<'a>(node: &'a AstNode<'a>, links: &Links, mentions: &[Mention], tags: &mut Vec<String>) {
    let linked = match &node.data.borrow().value {
        NodeValue::Text(text) if text.contains(['#', '@']) || text.contains("://") => link_text(text, links, mentions, tags),
        _ => return,
    };
    node.data.borrow_mut().value = NodeValue::HtmlInline(linked);
}

fn link_text(text: &str, links: &Links, mentions: &[Mention], tags: &mut Vec<String>) -> String {
    let mut html = String::new();
    for piece in text.split_inclusive(|letter: char| letter.is_whitespace() || letter == '(') {
        let word = piece.trim_end_matches(|letter: char| letter.is_whitespace() || letter == '(');
        let core = trim_punctuation(word);
        let linked = hashtag(core, links, tags).or_else(|| mention(core, mentions)).or_else(|| address(core));
        match linked {
            Some(link) => html.push_str(&format!("{link}{}", escape(&piece[core.len()..]))),
            None => html.push_str(&escape(piece)),
        }
    }
    html
}

fn hashtag(word: &str, links: &Links, tags: &mut Vec<String>) -> Option<String> {
    let name = word.strip_prefix('#')?;
    let fits = (1..=60).contains(&name.chars().count()) && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    if !fits || name.chars().all(|letter| letter.is_ascii_digit()) {
        return None;
    }
    let tag = name.to_lowercase();
    if !tags.contains(&tag) && tags.len() < 20 {
        tags.push(tag.clone());
    }
    Some(format!("<a href=\"{}\" class=\"mention hashtag\">#{}</a>", links.tag(&tag), escape(name)))
}

fn mention(word: &str, mentions: &[Mention]) -> Option<String> {
    let account = Account::parse(word.strip_prefix('@')?).ok()?;
    let known = mentions.iter().find(|mention| mention.address.eq_ignore_ascii_case(&account.to_string()))?;
    let handle = escape(&account.handle);
    Some(format!("<span class=\"h-card\"><a href=\"{}\" class=\"u-url mention\">@{handle}</a></span>", known.page))
}

/// A bare address becomes a link; comrak's own way would take a mention for a mail address.
fn address(word: &str) -> Option<String> {
    let url = Url::parse(word).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())?;
    Some(format!("<a href=\"{}\">{}</a>", escape(url.as_str()), escape(word)))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| letter.is_whitespace() || letter == '(')
}

fn trim_punctuation(word: &str) -> &str {
    word.trim_end_matches(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '/')
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        Links::new(Url::parse("https://alpha.example").unwrap())
    }

    #[test]
    fn hashtags_become_links_and_are_listed_once() {
        let rendered = render("Over #Spraak en #spraak, niet #12.", &links(), &[]);
        assert_eq!(rendered.tags, ["spraak"]);
        let link =
            "<a href=\"https://alpha.example/tags/spraak\" class=\"mention hashtag\" rel=\"nofollow noopener ugc\">#Spraak</a>";
        assert!(rendered.content.as_str().contains(link), "{}", rendered.content);
    }

    #[test]
    fn a_known_mention_becomes_a_link_and_an_unknown_one_stays_text() {
        let uri = Url::parse("https://bravo.example/labs/klare_taal").unwrap();
        let known = Mention { page: uri.clone(), uri, address: "klare_taal@bravo.example".into() };
        let rendered = render("Dank @klare_taal@bravo.example! En @wie@elders.example.", &links(), &[known]);
        assert!(rendered.content.as_str().contains(">@klare_taal</a></span>!"), "{}", rendered.content);
        assert!(rendered.content.as_str().contains("@wie@elders.example"));
    }

    #[test]
    fn raw_html_of_a_member_is_sanitised_too() {
        let rendered = render("**vet** <script>x</script> <b onclick=x>b</b>", &links(), &[]);
        assert!(!rendered.content.as_str().contains("script") && !rendered.content.as_str().contains("onclick"));
        assert!(rendered.content.as_str().contains("<strong>vet</strong>"));
    }

    #[test]
    fn a_bare_address_becomes_a_link_without_the_full_stop_behind_it() {
        let rendered = render("Zie https://alpha.example/labs/. Klaar.", &links(), &[]);
        assert!(rendered.content.as_str().contains("<a href=\"https://alpha.example/labs/\""), "{}", rendered.content);
        assert!(rendered.content.as_str().contains("</a>. Klaar."), "{}", rendered.content);
    }

    #[test]
    fn the_highest_heading_of_a_text_stands_right_below_the_pages_own() {
        for markdown in ["# Kop\n\n## Deel", "## Kop\n\n### Deel"] {
            let content = render(markdown, &links(), &[]).content;
            assert!(content.as_str().contains("<h2>Kop</h2>") && content.as_str().contains("<h3>Deel</h3>"), "{content}");
        }
    }
}
