//! Puts lost separators back, and finds those that are written in characters which a value may hold. A scanner or a form
//! that drops or spells control characters leaves a code whose fields run into each other; the layouts in use on goods
//! are few, and their lengths tell where one field ends and the next begins, whatever stands between them.

use super::Repair;
use crate::element_string::GS;
use crate::gtin::Gtin;
use crate::scan;

/// The lengths of serials in use.
const SERIALS: [usize; 3] = [13, 7, 6];

/// A field and the length of its value; a length of zero takes all that is left.
type Field = (&'static str, usize);

/// What follows the serial.
const TAILS: [&[Field]; 7] = [
    &[("91", 4), ("92", 88)],
    &[("91", 4), ("92", 44)],
    &[("93", 4)],
    &[("8005", 6), ("93", 4)],
    &[("8005", 6)],
    &[("8005", 6), ("93", 4), ("240", 0)],
    &[("8005", 6), ("93", 4), ("92", 8), ("240", 0)],
];

/// The longest spelling of a separator, in bytes.
const LONGEST_GAP: usize = 24;

/// How much a pack of cigarettes holds, which has no separators.
const TOBACCO_PACK: usize = 29;

/// Every way to part `text` by a known layout, and what was wrong with it: separators that were lost, or spelled.
pub(super) fn put_back(text: &str) -> Vec<(String, Repair)> {
    let (identifier, data) = scan::split_identifier(text);
    let mut found: Vec<(String, Repair)> = Vec::new();
    let Some(at) = head(data) else {
        found.extend(without_prefix(data).map(|pack| (format!("{identifier}{pack}"), Repair::TypedSeparators)));
        return found;
    };
    let (head, rest) = data[at..].split_at(18);
    for serial in SERIALS {
        let Some((serial, rest)) = rest.split_at_checked(serial) else { continue };
        if !serial.bytes().all(|byte| byte.is_ascii_graphic()) {
            continue;
        }
        for tail in TAILS {
            for (parted, spelled) in part(rest, tail) {
                let repair = if spelled || at > 0 { Repair::TypedSeparators } else { Repair::LostSeparators };
                let whole = format!("{identifier}{head}{serial}{parted}");
                if whole != text && !found.iter().any(|(known, _)| *known == whole) {
                    found.push((whole, repair));
                }
            }
        }
    }
    found
}

/// Where AI 01 with its value and AI 21 stand: at the start, or behind a spelling of FNC1.
fn head(data: &str) -> Option<usize> {
    let is_head = |at: &usize| {
        let head = data.get(*at..*at + 18);
        head.is_some_and(|head| head.starts_with("01") && head.ends_with("21") && head[2..16].parse::<Gtin>().is_ok())
    };
    (0..=LONGEST_GAP.min(data.len())).find(is_head)
}

/// The code of a pack of cigarettes between spellings of FNC1, which it has no room for.
fn without_prefix(data: &str) -> Option<&str> {
    let bare = data.trim_matches(GS);
    let at = bare.len().checked_sub(TOBACCO_PACK).filter(|at| *at <= LONGEST_GAP)?;
    let pack = bare.get(at..).filter(|pack| pack.len() < data.len())?;
    (pack.is_ascii() && pack[..14].parse::<Gtin>().is_ok()).then_some(pack)
}

/// `rest` with one separator before each field, if the fields are there and nothing else but the same spelling between
/// them; whether separators were spelled.
fn part(rest: &str, fields: &[Field]) -> Vec<(String, bool)> {
    let Some((first, _)) = fields.first() else { return Vec::new() };
    let starts =
        (0..=LONGEST_GAP.min(rest.len())).filter(|gap| rest.get(*gap..).is_some_and(|rest| rest.starts_with(first)));
    starts.filter_map(|gap| part_by(rest, &rest[..gap], fields)).collect()
}

fn part_by(whole: &str, gap: &str, fields: &[Field]) -> Option<(String, bool)> {
    let mut rest = &whole[gap.len()..];
    let mut gaps = [gap, ""];
    let mut parted = String::with_capacity(whole.len() + fields.len());
    for (number, (ai, length)) in fields.iter().enumerate() {
        if number > 0 {
            let between = gap_before(rest, ai, gap)?;
            if !is_separator(between) {
                gaps[1] = between;
            }
            rest = &rest[between.len()..];
        }
        let value = rest.strip_prefix(ai)?;
        let length = if *length == 0 { value.len() } else { *length };
        let (value, after) = value.split_at_checked(length)?;
        if value.is_empty() || value.contains(GS) {
            return None;
        }
        parted.push(GS);
        parted.push_str(ai);
        parted.push_str(value);
        rest = after;
    }
    let ends = rest.is_empty() || gaps.contains(&rest) || rest == "\u{1d}";
    ends.then(|| (parted, gaps.iter().any(|gap| !is_separator(gap)) || !rest.is_empty()))
}

/// Whether a gap is a separator, or what is left of a lost one.
fn is_separator(gap: &str) -> bool {
    gap.is_empty() || gap == "\u{1d}"
}

/// What stands before the next field: the same as before the first one, or a separator, or nothing; where the first
/// separator was right or lost, whatever it is.
fn gap_before<'a>(rest: &'a str, ai: &str, gap: &'a str) -> Option<&'a str> {
    let known = [gap, "\u{1d}", ""];
    let like = known.iter().find(|gap| rest.strip_prefix(**gap).is_some_and(|rest| rest.starts_with(ai)));
    if let Some(like) = like {
        return rest.get(..like.len());
    }
    if !is_separator(gap) {
        return None;
    }
    let length = (0..=LONGEST_GAP).find(|at| rest.get(*at..).is_some_and(|rest| rest.starts_with(ai)))?;
    rest.get(..length)
}

/// Whether the text, read as it stands, has a serial of a length that no code of ours has, and fits a known layout with
/// its separators lost or spelled: then it was misread, even if no reading of it holds.
pub fn lacks_separators(text: &str) -> bool {
    let (_, data) = scan::split_identifier(text);
    let serial = head(data).map(|at| data[at + 18..].split(GS).next().unwrap_or_default().len());
    serial.is_some_and(|length| !SERIALS.contains(&length)) && !put_back(text).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIAL: &str = "0104870000770014213AB3QX";

    /// B8: the lengths of a layout tell where the separator was, whatever it was written as.
    #[test]
    fn a_separator_is_found_by_the_lengths_whatever_it_is_written_as() {
        let right = format!("{SERIAL}\u{1d}93tT-_");
        for spelling in
            ["29", "029", "(GS)", "<0x1D>", "<F8>", "?", ";", "<GROUP SEPARATOR>", "è", "0x1D", "GS", "\\F", "93"]
        {
            for text in [format!("{SERIAL}{spelling}93tT-_"), format!("{spelling}{SERIAL}{spelling}93tT-_{spelling}")] {
                assert!(put_back(&text).contains(&(right.clone(), Repair::TypedSeparators)), "{text}");
            }
        }
        assert!(put_back(&format!("{SERIAL}93tT-_")).contains(&(right.clone(), Repair::LostSeparators)));
        assert_eq!(put_back(&right), []);
        let block = format!("{SERIAL}7\u{1d}8005012000\u{1d}93tT-_");
        for text in [block.replacen('\u{1d}', "", 1), block.replace("\u{1d}93", "93")] {
            assert!(put_back(&text).contains(&(block.clone(), Repair::LostSeparators)), "{text}");
        }
    }

    #[test]
    fn a_text_whose_serial_has_a_length_of_ours_lacks_no_separator() {
        assert!(lacks_separators(&format!("{SERIAL}2993tT-_")));
        assert!(!lacks_separators(&format!("{SERIAL}\u{1d}93tT-_")));
        assert!(!lacks_separators(&format!("{SERIAL}ABCDEFGH")));
    }
}
