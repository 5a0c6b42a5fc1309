//! Who may sign in to the demo, as a table for the person at the terminal, with each second factor as a QR code that an
//! authenticator takes.

use std::io::{self, IsTerminal};

use locales::Language;

use super::terminal::{columns, tell};
use crate::labels::{Family, Symbol};

/// Columns of a terminal that doesn't say how many it has.
const USUAL_COLUMNS: usize = 80;
/// White modules around a symbol on a terminal.
const QUIET: u32 = 2;
/// Blanks between two symbols.
const GAP: usize = 3;

/// One account of the file that the demo wrote.
#[derive(Debug, PartialEq, Eq)]
struct Person<'a> {
    login: &'a str,
    role: &'a str,
    password: &'a str,
    secret: &'a str,
}

/// The accounts in a file of the demo; lines of another kind are passed over.
fn people(sheet: &str) -> Vec<Person<'_>> {
    let read = |line| {
        let mut words = str::split_whitespace(line);
        let (login, role) = (words.next()?, words.next()?);
        let password = words.next().filter(|word| *word == "password").and_then(|_| words.next())?;
        let secret = words.next().filter(|word| *word == "TOTP").and_then(|_| words.next())?;
        Some(Person { login, role, password, secret })
    };
    sheet.lines().filter_map(read).collect()
}

/// Prints who may sign in: on a terminal with symbols, else as the file has it.
pub(super) fn tell_accounts(language: Language, sheet: &str) {
    let people = people(sheet);
    if !io::stdout().is_terminal() || people.is_empty() {
        tell(sheet.trim_end());
        return;
    }
    let width = terminal_size::terminal_size().map_or(USUAL_COLUMNS, |(width, _)| usize::from(width.0));
    for line in side_by_side(&people, width) {
        tell(&line);
    }
    let say = |key| locales::say(language, key, &[]);
    let heading = ["cli-column-login", "cli-column-role", "cli-column-password", "cli-column-secret"].map(say);
    let rows = people.iter().map(|person| {
        let role = locales::say(language, &format!("web-role-{}", person.role), &[]);
        [person.login.to_owned(), role, person.password.to_owned(), person.secret.to_owned()]
    });
    columns(heading, rows);
}

/// The second factors as symbols under their logins, as many in a row as the terminal has room for.
fn side_by_side(people: &[Person<'_>], width: usize) -> Vec<String> {
    let link = |person: &Person<'_>| format!("otpauth://totp/{}?secret={}", person.login, person.secret);
    let symbols: Vec<(&str, Vec<String>)> =
        people.iter().filter_map(|person| Some((person.login, symbol(&link(person))?))).collect();
    let widest = symbols.iter().filter_map(|(_, rows)| Some(rows.first()?.chars().count())).max().unwrap_or(1);
    let beside = (width.saturating_add(GAP) / (widest + GAP)).max(1);
    let mut lines = Vec::new();
    for row in symbols.chunks(beside) {
        let names = row.iter().map(|(login, _)| format!("{login:widest$}")).collect::<Vec<_>>();
        lines.push(names.join(&" ".repeat(GAP)).trim_end().to_owned());
        let height = row.iter().map(|(_, rows)| rows.len()).max().unwrap_or_default();
        for line in 0..height {
            let cells = row.iter().map(|(_, rows)| rows.get(line).map_or_else(|| " ".repeat(widest), Clone::clone));
            lines.push(cells.collect::<Vec<_>>().join(&" ".repeat(GAP)));
        }
        lines.push(String::new());
    }
    lines
}

/// A text as a QR code of half blocks, two modules a character, dark on light whatever the terminal's colours are. None
/// when no symbol can carry it.
pub(super) fn symbol(text: &str) -> Option<Vec<String>> {
    let symbol = Symbol::new(text, Family::Qr).ok()?;
    let side = symbol.width + 2 * QUIET;
    let light = |x: u32, y: u32| {
        let inside = |at: u32, most: u32| at.checked_sub(QUIET).filter(|at| *at < most);
        match (inside(x, symbol.width), inside(y, symbol.height)) {
            (Some(x), Some(y)) => !symbol.is_dark(x, y),
            _ => true,
        }
    };
    let rows = (0..side).step_by(2).map(|y| {
        let row = (0..side).map(|x| match (light(x, y), y + 1 >= side || light(x, y + 1)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        });
        row.collect()
    });
    Some(rows.collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SHEET: &str = "operator   operator     password tulpar-1130-demo  TOTP ABCDEFGHIJKLMNOPQRSTUVWXYZ234567  otpauth://totp/x\n\
        dala       participant  password tulpar-1130-demo  TOTP BBCDEFGHIJKLMNOPQRSTUVWXYZ234567  otpauth://totp/y\n\
        something else\n";

    /// U39
    #[test]
    fn the_accounts_of_the_demo_are_read_from_their_file() {
        let people = people(SHEET);
        assert_eq!(people.len(), 2);
        assert_eq!((people[1].login, people[1].role, people[1].password), ("dala", "participant", "tulpar-1130-demo"));
        assert!(people[0].secret.starts_with("ABCD"));
    }

    /// U39
    #[test]
    fn second_factors_stand_beside_each_other_as_far_as_the_terminal_reaches() {
        let people = people(SHEET);
        let wide = side_by_side(&people, 200);
        let narrow = side_by_side(&people, 50);
        assert!(wide[0].contains("operator") && wide[0].contains("dala"), "{}", wide[0]);
        assert!(narrow.len() > wide.len() && narrow.iter().any(|line| line == "dala"), "one below the other");
        assert!(narrow.iter().all(|line| line.chars().count() <= 50));
    }

    /// U39: what the terminal shows is the symbol, with white around it.
    #[test]
    fn a_symbol_of_half_blocks_has_every_module_of_the_code() {
        let text = "otpauth://totp/operator?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let (shown, whole) = (symbol(text).unwrap(), Symbol::new(text, Family::Qr).unwrap());
        assert_eq!(shown[0].chars().count(), usize::try_from(whole.width + 2 * QUIET).unwrap());
        assert!(shown[0].chars().all(|block| block == '█'));
        for y in 0..whole.height {
            for x in 0..whole.width {
                let (column, row) = (x + QUIET, y + QUIET);
                let block = shown[(row / 2) as usize].chars().nth(column as usize).unwrap();
                let dark = if row % 2 == 0 { " ▄".contains(block) } else { " ▀".contains(block) };
                assert_eq!(dark, whole.is_dark(x, y), "{x} {y}");
            }
        }
    }
}
