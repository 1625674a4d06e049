//! Text as it is compared and sorted: small letters without accents. It is never shown.

/// Small letters of the Latin script without their accents, single spaces, nothing around them; other scripts in small letters.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match plain(letter) {
            "" if letter.is_whitespace() => folded.push(' '),
            "" if is_mark(letter) => {}
            "" => folded.push(letter),
            letters => folded.push_str(letters),
        }
    }
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An accent that stands as a letter of its own behind the one it belongs to.
const fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

/// The letters without accent; empty where there is nothing to take away.
const fn plain(letter: char) -> &'static str {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        'þ' => "th",
        'ĳ' => "ij",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn accents_capitals_and_spare_spaces_make_no_difference() {
        assert_eq!(fold("  Één  IJslab\tZürich "), "een ijslab zurich");
        assert_eq!(fold("e\u{301}e\u{301}n"), "een");
        assert_eq!(fold("Łódź Straße Œuvre"), "lodz strasse oeuvre");
    }

    #[test]
    fn other_scripts_stay_what_they_are() {
        assert_eq!(fold("Лаборатория 研究"), "лаборатория 研究");
    }
}
