//! HTML that is safe to show, whoever wrote it.

use std::{borrow::Cow, collections::HashSet, fmt, sync::LazyLock};

use ammonia::Builder;

/// Sanitised HTML.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Html(String);

/// A byte order mark and a carriage return, as entities: read again, they would become something else.
const UNSTABLE: [char; 2] = ['\u{feff}', '\r'];

impl Html {
    /// Most bytes of foreign HTML that are read at all.
    pub const LIMIT: usize = 200_000;

    /// Most times that HTML is read until it reads the same again.
    const PASSES: usize = 5;

    /// Keeps what is on the list of harmless elements and attributes; the rest goes. Doing it twice changes nothing.
    #[must_use]
    pub fn sanitise(dirty: &str) -> Self {
        let mut html = dirty[..floor_boundary(dirty, Self::LIMIT)].to_owned();
        for _ in 0..Self::PASSES {
            let clean = SANITISER.clean(&html).to_string().replace(UNSTABLE, "");
            if clean == html {
                return Self(html);
            }
            html = clean;
        }
        // Nested so that every reader makes something else of it: its words alone.
        Self(Builder::empty().clean(&html).to_string())
    }

    /// What was sanitised before and came back from our own database.
    #[must_use]
    pub fn trusted(stored: String) -> Self {
        Self(stored)
    }

    /// The HTML.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The plain text before the first heading; all of it where nothing stands there.
    #[must_use]
    pub fn lead(&self) -> String {
        let before = self.0.find("<h2").map_or("", |heading| &self.0[..heading]);
        let lead = Self(before.to_owned()).to_plain();
        if lead.is_empty() { self.to_plain() } else { lead }
    }

    /// The text without its elements, on one line, entities resolved. Where it is shown, it is escaped like any text.
    #[must_use]
    pub fn to_plain(&self) -> String {
        let (mut text, mut in_element, mut quote) = (String::with_capacity(self.0.len()), false, None);
        for (place, letter) in self.0.char_indices() {
            match (in_element, quote, letter) {
                (false, _, '<') => {
                    in_element = true;
                    text.push_str(if is_inside_a_line(&self.0[place + 1..]) { "" } else { " " });
                }
                (false, _, _) => text.push(letter),
                (true, None, '>') => in_element = false,
                (true, None, '"' | '\'') => quote = Some(letter),
                (true, Some(begun), _) if begun == letter => quote = None,
                (true, ..) => {}
            }
        }
        super::one_line(&unescape(&text))
    }
}

impl fmt::Display for Html {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .tags(HashSet::from([
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
            "ul",
        ]))
        .tag_attributes([("a", HashSet::from(["href", "hreflang", "title"])), ("ol", HashSet::from(["start"]))].into())
        .generic_attributes(HashSet::from(["lang", "dir"]))
        .allowed_classes(
            [("a", HashSet::from(["mention", "hashtag", "u-url"])), ("span", HashSet::from(["h-card", "invisible", "ellipsis"]))]
                .into(),
        )
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .attribute_filter(|_, name, value| Some(if name == "href" { plain_address(value) } else { value.into() }))
        .link_rel(Some("nofollow noopener ugc"));
    builder
});

/// Without what readers of addresses pass over, each in their own way.
fn plain_address(address: &str) -> Cow<'_, str> {
    address.replace(char::is_control, "").into()
}

/// Whether the element whose name follows stands within a line, so that it parts no words.
fn is_inside_a_line(element: &str) -> bool {
    const INSIDE: [&str; 13] = ["a", "abbr", "b", "code", "del", "em", "i", "s", "span", "strong", "sub", "sup", "u"];
    let name = element.trim_start_matches('/').split(|letter: char| !letter.is_ascii_alphanumeric()).next();
    name.is_some_and(|name| INSIDE.contains(&name))
}

fn floor_boundary(text: &str, limit: usize) -> usize {
    if text.len() <= limit {
        return text.len();
    }
    (0..=limit).rev().find(|index| text.is_char_boundary(*index)).unwrap_or(0)
}

fn unescape(text: &str) -> String {
    let replaced = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    replaced.replace("&nbsp;", " ").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_or_loads_is_gone() {
        let html = Html::sanitise("<p onclick=x>Hi<script>evil()</script><img src=x><a href='javascript:x'>a</a></p>");
        assert_eq!(html.as_str(), "<p>Hi<a rel=\"nofollow noopener ugc\">a</a></p>");
    }

    #[test]
    fn an_address_is_told_without_control_characters() {
        let html = Html::sanitise("<a href=\"\u{1d}https://a.example/\tb\">a</a><a href=\"\u{1}java\u{2}script:x\">b</a>");
        assert!(html.as_str().contains("href=\"https://a.example/b\"") && !html.as_str().contains("script"), "{html}");
    }

    #[test]
    fn sanitising_twice_changes_nothing() {
        let once = Html::sanitise("<h2>K</h2><p>a &lt; b &amp; <a class=\"mention x\" href=\"https://a.example/\">@a</a>");
        assert_eq!(Html::sanitise(once.as_str()), once);
        let marked = Html::sanitise("</a>\u{feff}<a href=\"java\u{feff}script:x\">&#xfeff;b</a>");
        assert_eq!(Html::sanitise(marked.as_str()), marked);
        assert_eq!(marked.to_plain(), "b");
        assert!(!marked.as_str().contains("javascript:"), "{marked}");
    }

    #[test]
    fn what_is_nested_as_nobody_would_reads_the_same_again() {
        for text in ["<p>]]><![CDATA[<svg><select>]]><table></p>", "<p><svg><select><p><table>", "<a><table><a><td><a>"] {
            let once = Html::sanitise(text);
            assert_eq!(Html::sanitise(once.as_str()), once, "{text}");
        }
    }

    #[test]
    fn words_are_what_stands_between_elements() {
        let html = Html::sanitise(
            "<p title=\"a > b\">een <a href=\"https://a.example/?x=1&amp;y='\">twee</a>.</p><p>&lt;drie&gt;<br>vier</p>",
        );
        assert_eq!(html.to_plain(), "een twee. <drie> vier");
    }

    #[test]
    fn plain_text_has_no_elements_and_no_entities() {
        assert_eq!(Html::sanitise("<p>a &lt; b</p><p>c &amp; d</p>").to_plain(), "a < b c & d");
    }
}
