//! Texts of people: in one Unicode form, contacts as they are pasted from telephones, and what a search compares. Pure.

use unicode_normalization::UnicodeNormalization;

/// What a search compares: compatibility forms and small letters, runs of other characters as one space.
pub(crate) fn search_key(text: &str) -> String {
    let folded = text.nfkc().collect::<String>().to_lowercase();
    let words = folded.split(|letter: char| !letter.is_alphanumeric() && letter != '-').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// Digits of a telephone number: the shortest and the longest (ITU-T E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// Letters that may stand beside a number: `моб.`, `WhatsApp`, `доб. 12`.
const MAX_LETTERS: usize = 24;

/// Telephone numbers and e-mail addresses as people paste them, cleaned: without what can't be seen, with plain digits,
/// hyphens and spaces, without the scheme of a link. Several are parted by a comma, a semicolon or a new line. `None` when
/// one of them is neither.
pub(crate) fn contact(text: &str) -> Option<String> {
    let visible: String = text.nfkc().filter_map(plain).collect();
    let visible = visible.replace(";ext=", " ext ");
    let parts = visible.split([',', ';', '\n', '|']).map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).map(|part| bare(&part).to_owned()).collect();
    let is_contact = !parts.is_empty() && parts.iter().all(|part| is_phone(part) || is_mail(part));
    is_contact.then(|| parts.join(", "))
}

/// A character as it is shown; none for those that show nothing: marks of direction, joiners, soft hyphens, selectors.
#[expect(clippy::match_same_arms, reason = "each arm is a kind of character")]
fn plain(letter: char) -> Option<char> {
    match letter {
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' => None,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' => None,
        '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}' | '\u{e0000}'..='\u{e0fff}' => None,
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some('\n'),
        _ if letter.is_whitespace() => Some(' '),
        _ if letter.is_control() => None,
        // Hyphens, dashes and the minus sign.
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{30fc}' => Some('-'),
        // Arabic-Indic digits.
        '\u{660}'..='\u{669}' => char::from_digit(u32::from(letter) - 0x660, 10),
        '\u{6f0}'..='\u{6f9}' => char::from_digit(u32::from(letter) - 0x6f0, 10),
        _ => Some(letter),
    }
}

/// A contact without the scheme of a link, the question behind an address, and the name before `<…>`.
fn bare(part: &str) -> &str {
    let part = match part.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        Some((inner, _)) => inner.trim(),
        None => part,
    };
    let scheme = part.split_once(':').filter(|(scheme, _)| {
        ["tel", "mailto", "sms", "callto", "whatsapp", "e-mail", "email", "phone"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
    });
    let part = scheme.map_or(part, |(_, rest)| rest.trim_start_matches('/').trim());
    if part.contains('@') { part.split('?').next().unwrap_or(part) } else { part }
}

fn is_phone(text: &str) -> bool {
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    let is_plain = text.chars().all(|letter| letter.is_alphanumeric() || " +-()./#*:'_".contains(letter));
    // What follows the letters of "ext." is no part of the number.
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let before = text.rsplit_once(|letter: char| letter.is_alphabetic()).map_or("", |(before, _)| before);
    let number = if DIGITS.contains(&digits(before)) { digits(before) } else { digits(text) };
    is_plain && letters <= MAX_LETTERS && DIGITS.contains(&number)
}

fn is_mail(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        let is_host =
            host.split('.').count() > 1 && host.split('.').all(|label| !label.is_empty()) && !host.contains('@');
        !name.is_empty() && is_host && !text.contains(char::is_whitespace)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B35: contacts as telephones, address books and letters give them.
    #[test]
    fn a_contact_is_taken_as_it_was_pasted() {
        for (pasted, kept) in [
            ("\u{202d}+7 701 123 45 67\u{202c}", "+7 701 123 45 67"),
            ("\u{2066}+7\u{a0}(701)\u{a0}123\u{2011}45\u{2011}67\u{2069}", "+7 (701) 123-45-67"),
            ("\u{feff}8\u{202f}701\u{2009}123\u{2013}45\u{2013}67\u{200b}", "8 701 123-45-67"),
            ("＋７７０１１２３４５６７", "+77011234567"),
            ("٠٧٠١١٢٣٤٥٦٧", "07011234567"),
            ("tel:+77011234567", "+77011234567"),
            ("TEL:+7-701-123-45-67;ext=12", "+7-701-123-45-67 ext 12"),
            ("8.701.123.45.67", "8.701.123.45.67"),
            ("87011234567 (WhatsApp)", "87011234567 (WhatsApp)"),
            ("моб. 8 701 123 45 67", "моб. 8 701 123 45 67"),
            ("8 7172 12-34-56 доб. 123", "8 7172 12-34-56 доб. 123"),
            ("8 701 123 45 67, 8 702 123 45 67", "8 701 123 45 67, 8 702 123 45 67"),
            ("8 701 123 45 67\r\nserik@example.kz", "8 701 123 45 67, serik@example.kz"),
            ("mailto:serik@example.kz?subject=hi", "serik@example.kz"),
            ("Серік <serik@example.kz>", "serik@example.kz"),
            ("\u{200e}serik@example.kz\u{a0}", "serik@example.kz"),
            ("пошта@мысал.қаз", "пошта@мысал.қаз"),
        ] {
            assert_eq!(contact(pasted).as_deref(), Some(kept), "{pasted:?}");
        }
    }

    #[test]
    fn what_reaches_nobody_is_no_contact() {
        for text in [
            "112",
            "me",
            "@example.kz",
            "a b@example.kz",
            "a@kz",
            "a@b..kz",
            "+7701123456789012",
            "\u{200b}",
            "a@b.kz, me",
        ] {
            assert_eq!(contact(text), None, "{text:?}");
        }
    }

    /// B39's kin: the same words, whatever their form.
    #[test]
    fn texts_of_both_forms_are_one() {
        let (whole, parts) = ("Тұлпар-йод", "Тұлпар-и\u{306}од");
        assert_ne!(whole, parts);
        assert_eq!(crate::platform::unicode::nfc(parts), whole);
        assert_eq!(search_key("  «БЕРЕКЕ»\u{a0}дүкені, Ки\u{306}ік ＴＢ-２６ "), "береке дүкені кйік tb-26");
    }
}
