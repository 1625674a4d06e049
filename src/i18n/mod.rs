//! Messages in Dutch and English, by key. The files in `locales/` hold the same keys; a test decides.
//! It never shows a raw key to a visitor where the default language has the message.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use crate::domain::{language::Language, refusal::Refused};

/// The files of messages, as they stand in `locales/`.
#[must_use]
pub const fn source(language: Language) -> &'static str {
    match language {
        Language::Nl => include_str!("../../locales/nl.ftl"),
        Language::En => include_str!("../../locales/en.ftl"),
    }
}

/// The message of a key, without arguments.
#[must_use]
pub fn say(language: Language, key: &str) -> String {
    say_with(language, key, &[])
}

/// The message of a key with its arguments; numbers choose their plural.
#[must_use]
pub fn say_with(language: Language, key: &str, arguments: &[(&str, String)]) -> String {
    let wanted = look_up(bundle(language), key, arguments);
    wanted.or_else(|| look_up(bundle(Language::En), key, arguments)).unwrap_or_else(|| key.to_owned())
}

/// A refusal in words.
#[must_use]
pub fn explain(language: Language, refused: &Refused) -> String {
    say_with(language, &format!("refused-{}", refused.key), &refused.arguments)
}

type Bundle = FluentBundle<FluentResource>;

fn bundle(language: Language) -> &'static Bundle {
    static DUTCH: LazyLock<Bundle> = LazyLock::new(|| load(Language::Nl));
    static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| load(Language::En));
    match language {
        Language::Nl => &DUTCH,
        Language::En => &ENGLISH,
    }
}

fn load(language: Language) -> Bundle {
    let identifier: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
    bundle.set_use_isolating(false);
    // What can be read of a broken file is used; the test on equal keys reports the rest.
    let resource = FluentResource::try_new(source(language).to_owned()).unwrap_or_else(|(partial, _)| partial);
    bundle.add_resource_overriding(resource);
    bundle
}

fn look_up(bundle: &Bundle, key: &str, arguments: &[(&str, String)]) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    let mut fluent = FluentArgs::new();
    for (name, value) in arguments {
        match value.parse::<i64>() {
            Ok(number) => fluent.set(*name, number),
            Err(_) => fluent.set(*name, value.as_str()),
        }
    }
    let mut errors = Vec::new();
    Some(bundle.format_pattern(pattern, Some(&fluent), &mut errors).into_owned())
}
