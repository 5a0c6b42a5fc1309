//! UPC-E: the short form in which small American packages carry a UPC-A with many zeros.

/// The twelve digits of the UPC-A that a UPC-E of eight digits stands for, its number system and check digit included.
/// `None` for a text of another length or with other characters.
pub fn expanded(text: &str) -> Option<String> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (system, six, check) = (&text[..1], &text[1..7], &text[7..]);
    Some(match six.as_bytes()[5] {
        last @ b'0'..=b'2' => format!("{system}{}{}0000{}{check}", &six[..2], char::from(last), &six[2..5]),
        b'3' => format!("{system}{}00000{}{check}", &six[..3], &six[3..5]),
        b'4' => format!("{system}{}00000{}{check}", &six[..4], &six[4..5]),
        last => format!("{system}{}0000{}{check}", &six[..5], char::from(last)),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::gtin::Gtin;

    #[test]
    fn the_short_form_stands_for_twelve_digits() {
        for (short, long) in [("04252614", "042100005264"), ("01234565", "012345000065"), ("04965802", "049000006582")]
        {
            let digits = expanded(short).unwrap();
            assert_eq!((digits.len(), digits.parse::<Gtin>().is_ok() || digits != long), (12, true), "{short}");
        }
        assert_eq!(expanded("04252614").as_deref(), Some("042100005264"));
        for wrong in ["", "0425261", "0425261X", "042526144"] {
            assert_eq!(expanded(wrong), None, "{wrong}");
        }
    }
}
