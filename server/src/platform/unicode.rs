//! Unicode normal forms. The same text can be written with composed or with decomposed characters (`й` is one character
//! or two), depending on the keyboard and the system it comes from; what is compared or kept is normalized once (B39).

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick};
use zeroize::Zeroizing;

/// A text in Unicode Normalization Form C.
pub(crate) fn nfc(text: &str) -> String {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes { text.to_owned() } else { text.nfc().collect() }
}

/// A password as it is hashed: Normalization Form KC, as NIST SP 800-63B, section 3.1.1.2, asks for.
pub(crate) fn password(text: &str) -> Zeroizing<String> {
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        Zeroizing::new(text.to_owned())
    } else {
        Zeroizing::new(text.nfkc().collect())
    }
}

/// A login as it is kept and looked up: Normalization Form KC in lower case, without spaces around it.
pub(crate) fn login(text: &str) -> String {
    text.trim().nfkc().collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B39
    #[test]
    fn composed_and_decomposed_texts_are_the_same() {
        assert_eq!(nfc("и\u{306}од"), "йод");
        assert_eq!(nfc("«Алатау» ЖШС"), "«Алатау» ЖШС");
        assert_eq!(nfc("№ 5, ①"), "№ 5, ①", "compatibility characters of names stay");
        assert_eq!(password("Тұлпар-и\u{306}өт-2026"), password("Тұлпар-йөт-2026"));
        assert_eq!(*password("ｆｕｌｌ　ｗｉｄｔｈ"), "full width");
        assert_eq!(login(" Ａｉｇｅｒｉｍ "), "aigerim");
    }
}
