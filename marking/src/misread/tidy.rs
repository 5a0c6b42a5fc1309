//! What stands around and between the characters of a code: frames of serial scanners, spaces, line ends, characters
//! that no screen shows.

use crate::element_string::GS;

/// The head of a message that wraps an element string in the syntax of ISO/IEC 15434, and its end.
const ENVELOPE: (&str, &str) = ("[)>\u{1e}05\u{1d}", "\u{1e}");

/// The text without its frame, spaces of any kind, line ends and invisible characters; `None` if it has none. GS stays.
pub(super) fn tidy(text: &str) -> Option<String> {
    if text.bytes().all(|byte| byte.is_ascii_graphic() || byte == 0x1d) && !text.starts_with("[)>") {
        return None;
    }
    // STX, ETX, EOT, ACK, CR and the like: what serial scanners are set to send before and after the data.
    let framing = |c: char| c.is_control() && c != GS;
    let trimmed = text.trim_matches(framing);
    let inside = trimmed.strip_prefix(ENVELOPE.0).map_or(trimmed, |inside| inside.trim_end_matches(ENVELOPE.1));
    let cleaned: String = inside.chars().filter(|c| !is_unseen(*c)).collect();
    (cleaned != text).then_some(cleaned)
}

/// Whether a character is a space or shows nothing: soft hyphens, joiners, marks of direction and of variation.
pub(super) fn is_unseen(c: char) -> bool {
    c != GS && !matches!(c, '\u{1c}' | '\u{1e}' | '\u{1f}') && c.is_whitespace()
        || matches!(c, '\0' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{feff}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_go_and_separators_stay() {
        assert_eq!(tidy(" 01\u{a0}23\u{1d}4\u{200b}5\r\n"), Some("0123\u{1d}45".to_owned()));
        assert_eq!(tidy("01\u{1d}23"), None);
    }

    /// B12
    #[test]
    fn frames_of_serial_scanners_are_taken_off() {
        for (before, after) in
            [("\u{2}", "\r"), ("\u{2}", "\u{3}"), ("", "\u{4}"), ("\u{1}", "\u{6}\r\n"), ("\t", "\u{b}")]
        {
            assert_eq!(tidy(&format!("{before}01\u{1d}91{after}")), Some("01\u{1d}91".to_owned()));
        }
        assert_eq!(tidy("[)>\u{1e}05\u{1d}01\u{1d}91\u{1e}\u{4}"), Some("01\u{1d}91".to_owned()));
        for unseen in ['\u{200c}', '\u{200d}', '\u{202a}', '\u{2066}', '\u{feff}', '\u{ad}', '\u{202f}', '\u{fe0f}'] {
            assert_eq!(tidy(&format!("01{unseen}23")), Some("0123".to_owned()), "{unseen:?}");
        }
    }
}
