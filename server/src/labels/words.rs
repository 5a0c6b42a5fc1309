//! What stands beside a symbol for the human eye.

use marking::code::{Form, MarkingCode, read};
use marking::layout::GS;
use marking::stamp::StampNumber;

/// The code in a form that people can read out and type: AIs in brackets, a stamp's series and number before its link,
/// a tobacco pack as it is. A text that is no code keeps its characters, and separators become visible.
pub fn beside(text: &str) -> String {
    match read(text, Form::Auto, true).map(|read| (read.code, read.elements)) {
        Ok((MarkingCode::Stamp(stamp), _)) => match StampNumber::new(&stamp.series, stamp.number) {
            Ok(number) => format!("{number} {text}"),
            Err(_) => text.to_owned(),
        },
        Ok((MarkingCode::Unit(_) | MarkingCode::Pack(_) | MarkingCode::Other(_), elements)) if !elements.is_empty() => {
            elements.to_bracketed()
        }
        _ => text.replace(GS, "<GS>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_family_is_told_in_its_own_way() {
        let told = |text: &str| beside(text);
        assert_eq!(told("0104600840749372215!IS(;\x1d93dGVz"), "(01)04600840749372(21)5!IS\\(;(93)dGVz");
        assert_eq!(told("00000046198488X?io+qCABm8wAYa"), "00000046198488X?io+qCABm8wAYa");
        assert_eq!(told("00348700012345678901"), "(00)348700012345678901");
        let link = "https://tanba.example/s/KZ000000123/ABCDEFGHJKLMN";
        assert!(told(link).ends_with(link) && told(link).contains("000000123 "), "{}", told(link));
        assert_eq!(told("junk\x1djunk"), "junk<GS>junk");
    }
}
