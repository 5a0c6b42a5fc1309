//! Application identifiers: the two to four digits that say what a value means. [`Ai`] is one that
//! the General Specifications define; the table says how its value looks and what it stands with.

pub(crate) mod row;
pub(crate) mod rule;
mod table;

use std::fmt;
use std::hash::{Hash, Hasher};

use row::Row;

/// An application identifier that exists, such as `01` or `3103`.
#[derive(Clone, Copy)]
pub struct Ai {
    text: [u8; 4],
    length: u8,
    row: u8,
}

/// How many digits an AI has, by its first two; 0 where no AI starts so. AIs that share their first
/// two digits are equally long.
static LENGTH: [u8; 100] = lengths();

/// One more than the row of an AI, by its digits filled with zeros to four; 0 where there is none.
static INDEX: [u8; 10_000] = index();

static ROWS: [Row; count()] = rows();

const fn count() -> usize {
    let mut sum = 0;
    let mut file = 0;
    while file < table::ROWS.len() {
        sum += table::ROWS[file].len();
        file += 1;
    }
    assert!(sum < 255, "the index has one byte a row");
    sum
}

#[expect(clippy::large_stack_arrays, reason = "only the compiler runs this")]
const fn rows() -> [Row; count()] {
    let mut all = [table::ROWS[0][0]; count()];
    let mut next = 0;
    let mut file = 0;
    while file < table::ROWS.len() {
        let mut row = 0;
        while row < table::ROWS[file].len() {
            all[next] = table::ROWS[file][row];
            next += 1;
            row += 1;
        }
        file += 1;
    }
    all
}

const fn lengths() -> [u8; 100] {
    let rows = rows();
    let mut lengths = [0; 100];
    let mut row = 0;
    while row < rows.len() {
        let ai = rows[row].ai.as_bytes();
        let prefix = (ai[0] - b'0') as usize * 10 + (ai[1] - b'0') as usize;
        let mut next = prefix;
        // A run of two-digit AIs has several prefixes.
        let last = if ai.len() == 2 { prefix + (rows[row].last - ai[1]) as usize } else { prefix };
        while next <= last {
            assert!(lengths[next] == 0 || lengths[next] as usize == ai.len());
            #[allow(clippy::cast_possible_truncation, reason = "an AI has at most four digits")]
            {
                lengths[next] = ai.len() as u8;
            }
            next += 1;
        }
        row += 1;
    }
    lengths
}

const fn index() -> [u8; 10_000] {
    let rows = rows();
    let mut index = [0; 10_000];
    let mut row = 0;
    while row < rows.len() {
        let ai = rows[row].ai.as_bytes();
        let mut key = 0;
        let mut unit = 1;
        let mut place = 0;
        while place < 4 {
            key *= 10;
            if place < ai.len() {
                key += (ai[place] - b'0') as usize;
            } else {
                unit *= 10;
            }
            place += 1;
        }
        let mut more = rows[row].last - ai[ai.len() - 1];
        loop {
            assert!(index[key] == 0, "an AI stands once");
            #[allow(clippy::cast_possible_truncation, reason = "count() is below 255")]
            {
                index[key] = row as u8 + 1;
            }
            if more == 0 {
                break;
            }
            more -= 1;
            key += unit;
        }
        row += 1;
    }
    index
}

fn digit(byte: u8) -> Option<usize> {
    byte.is_ascii_digit().then(|| usize::from(byte - b'0'))
}

impl Ai {
    /// The AI that `data` starts with.
    pub(crate) fn starting(data: &[u8]) -> Option<Self> {
        let [first, second, ..] = data else { return None };
        let length = LENGTH[digit(*first)? * 10 + digit(*second)?];
        let mut text = [b'0'; 4];
        let mut key = 0;
        for (place, slot) in text.iter_mut().enumerate() {
            key *= 10;
            if place < usize::from(length) {
                *slot = *data.get(place)?;
                key += digit(*slot)?;
            }
        }
        let row = INDEX[key].checked_sub(1)?;
        (length > 0).then_some(Self { text, length, row })
    }

    /// The AI that `text` is, no more and no less.
    pub fn named(text: &str) -> Option<Self> {
        Self::starting(text.as_bytes()).filter(|ai| usize::from(ai.length) == text.len())
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        let digits = self.text.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(digits).unwrap_or_default()
    }

    /// Its row in the table.
    pub(crate) fn row(self) -> &'static Row {
        &ROWS[usize::from(self.row)]
    }

    /// Whether it is one of `pattern`: digits, then an `n` for each digit that may be any.
    pub(crate) fn is_like(self, pattern: &str) -> bool {
        let own = self.as_str().as_bytes();
        own.len() == pattern.len()
            && own.iter().zip(pattern.bytes()).all(|(digit, like)| like == b'n' || *digit == like)
    }
}

impl PartialEq for Ai {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.length == other.length
    }
}

impl Eq for Ai {}

impl Hash for Ai {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl PartialOrd for Ai {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ai {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl fmt::Display for Ai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Ai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ai({self})")
    }
}

impl serde::Serialize for Ai {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn every() -> impl Iterator<Item = Ai> {
        (0..10_000)
            .flat_map(|number| [format!("{number:02}"), format!("{number:03}"), format!("{number:04}")])
            .filter_map(|text| Ai::named(&text))
    }

    #[test]
    fn every_ai_of_the_specifications_is_known() {
        let mut all: Vec<_> = every().map(|ai| ai.to_string()).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 541);
    }

    #[test]
    fn only_whole_identifiers_are_found() {
        for known in ["00", "01", "235", "37", "3105", "3943", "417", "4333", "717", "7239", "8200", "90", "99"] {
            assert_eq!(Ai::named(known).unwrap().to_string(), known);
        }
        for unknown in [
            "", "0", "1", "04", "011", "23", "234", "2345", "310", "3106", "3944", "371", "89", "800", "8299", "1A",
            "٠١",
        ] {
            assert_eq!(Ai::named(unknown), None, "{unknown}");
        }
        assert_eq!(Ai::starting(b"8012X").unwrap().to_string(), "8012");
        assert_eq!(Ai::starting(b"235").unwrap().to_string(), "235");
        assert_eq!(Ai::starting(b"234567"), None);
        assert_eq!(Ai::starting(b"31"), None);
    }

    #[test]
    fn patterns_match_the_same_length_only() {
        let weight = Ai::named("3103").unwrap();
        assert!(weight.is_like("3103") && weight.is_like("310n") && weight.is_like("31nn"));
        assert!(!weight.is_like("311n") && !weight.is_like("310") && !weight.is_like("31n"));
    }

    #[test]
    fn a_length_is_predefined_exactly_for_the_prefixes_of_the_specifications() {
        let predefined = [
            "00", "01", "02", "03", "11", "12", "13", "15", "16", "17", "20", "31", "32", "33", "34", "35", "36", "41",
        ];
        for ai in every() {
            assert_eq!(!ai.row().separated, predefined.contains(&&ai.as_str()[..2]), "{ai}");
        }
    }

    #[test]
    fn only_the_last_part_varies_and_what_may_be_absent_comes_last() {
        for ai in every() {
            let parts = ai.row().parts;
            let (_, before) = parts.split_last().unwrap();
            assert!(before.iter().all(|part| part.min == part.max), "{ai}");
            assert!(parts.is_sorted_by_key(|part| part.optional), "{ai}");
            assert!(ai.row().separated || ai.row().min() == ai.row().max(), "{ai}");
        }
    }

    #[test]
    fn what_the_table_names_exists() {
        for ai in every() {
            let row = ai.row();
            let named = row.needs.iter().chain(row.excludes).flat_map(|group| group.split('+'));
            for pattern in named {
                assert!(every().any(|other| other.is_like(pattern)), "{ai}: {pattern}");
            }
            for qualifier in row.key.into_iter().flatten().flat_map(|sequence| sequence.iter()) {
                assert!(Ai::named(qualifier).is_some(), "{ai}: {qualifier}");
            }
        }
    }
}
