//! A picture and the words that stand for it where it cannot be seen.

use url::Url;

/// A picture with its alternative text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Where the picture is served.
    pub url: Url,
    /// Alternative text; empty where its author gave none.
    pub description: String,
}

impl Picture {
    /// The media type by the name's ending; pictures of ours are PNG, JPEG or WebP.
    #[must_use]
    pub fn media_type(&self) -> &'static str {
        match self.url.path().rsplit('.').next() {
            Some("jpg" | "jpeg") => "image/jpeg",
            Some("webp") => "image/webp",
            _ => "image/png",
        }
    }
}
