//! Passwords: what is refused when one is set (X16), and how one is kept and compared: Argon2id.
//! Nobody is made to change a password because of its age.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::http::overload;
use crate::platform::config::Config;
use crate::platform::problem::{Error, Result};
use crate::platform::unicode;

/// The shortest password of staff, in characters. Everybody who has an account is staff.
pub(crate) const SHORTEST: usize = 12;
/// The longest, in bytes: far above what anybody types, and quick to hash.
pub(crate) const LONGEST: usize = 256;
/// How many characters of a password must not follow from the others, from the login or from well-known words.
const UNFORESEEN: usize = 6;

/// 19 MiB, two passes, one lane: the least that OWASP recommends for Argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// Why a password can't be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer than twelve characters.
    #[error("a password needs at least {SHORTEST} characters")]
    TooShort,
    /// More than 256 bytes.
    #[error("a password has at most {LONGEST} bytes")]
    TooLong,
    /// Made of well-known words, rows of keys, repetitions or the login.
    #[error("a password like this is among the first to be guessed")]
    Common,
}

/// Guesses that a password has to withstand, as zxcvbn estimates them from the lists of passwords that were found in
/// breaches, of names and of words (X69).
const GUESSES: u64 = 10_000_000_000;
/// How much of a password is estimated, in characters: what follows makes it only better, and the estimate takes time with
/// the square of the length.
const ESTIMATED: usize = 48;

/// Refuses passwords that are guessed first.
pub(crate) fn check(password: &str, login: &str) -> Result<(), WeakPassword> {
    let password = &*unicode::password(password);
    if password.len() > LONGEST {
        Err(WeakPassword::TooLong)
    } else if password.chars().count() < SHORTEST {
        Err(WeakPassword::TooShort)
    } else if unforeseen(password, login) < UNFORESEEN || guesses(password, login) < GUESSES {
        Err(WeakPassword::Common)
    } else {
        Ok(())
    }
}

/// How many guesses a password takes, by the lists of breached ones.
fn guesses(password: &str, login: &str) -> u64 {
    let part: Zeroizing<String> = Zeroizing::new(password.chars().take(ESTIMATED).collect());
    let own: Vec<&str> = login.split(|letter: char| !letter.is_alphanumeric()).chain([login]).collect();
    zxcvbn::zxcvbn(&part, &own).guesses()
}

/// Words that passwords are commonly built around, as they look after [`plain`].
const WORDS: &[&str] = &[
    "password",
    "passw",
    "pass",
    "parol",
    "kupiyasoz",
    "qwerty",
    "qwertz",
    "azerty",
    "asdf",
    "zxcv",
    "qazwsx",
    "admin",
    "administrator",
    "welcome",
    "letmein",
    "login",
    "master",
    "secret",
    "default",
    "changeme",
    "change",
    "iloveyou",
    "love",
    "monkey",
    "dragon",
    "football",
    "baseball",
    "sunshine",
    "princess",
    "superman",
    "batman",
    "trustno",
    "test",
    "guest",
    "user",
    "root",
    "hello",
    "summer",
    "winter",
    "spring",
    "autumn",
    "january",
    "december",
    "tanba",
    "inspector",
    "operator",
    "auditor",
    "clerk",
    "kazakhstan",
    "qazaqstan",
    "almaty",
    "astana",
    "nursultan",
    "shymkent",
    "samsung",
    "google",
    "пароль",
    "йцукен",
    "фыва",
    "ячсм",
    "привет",
    "любовь",
    "админ",
    "казахстан",
    "қазақстан",
    "алматы",
    "астана",
    "құпиясөз",
    "құпия",
    "шымкент",
    "тест",
];

/// Rows in which fingers run.
const ROWS: &[&str] = &[
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "!@#$%^&*()",
];

/// How many characters remain when everything that a guesser tries first is taken away.
fn unforeseen(password: &str, login: &str) -> usize {
    let mut rest = plain(unit(&password.to_lowercase()));
    let login = plain(&login.to_lowercase());
    let own = login.split(|letter: char| !letter.is_alphanumeric()).chain([login.as_str()]);
    let mut words: Vec<&str> = own.filter(|part| part.chars().count() >= 3).chain(WORDS.iter().copied()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in words {
        rest = rest.replace(word, "\u{0}");
    }
    let letters: Vec<char> = rest.chars().collect();
    let follows = |at: usize| at > 0 && (letters[at] == letters[at - 1] || neighbours(letters[at - 1], letters[at]));
    let mut counted: Vec<char> =
        (0..letters.len()).filter(|at| letters[*at] != '\u{0}' && !follows(*at)).map(|at| letters[at]).collect();
    // A year or another number at the end is what a guesser appends.
    while counted.last().is_some_and(char::is_ascii_digit) && counted.len() <= UNFORESEEN + 2 {
        counted.pop();
    }
    counted.sort_unstable();
    counted.dedup();
    counted.len()
}

/// The part that a password repeats, or all of it.
fn unit(password: &str) -> &str {
    let lengths = password.char_indices().map(|(at, _)| at).skip(1);
    let repeats = |length: &usize| {
        password.len().is_multiple_of(*length)
            && password.as_bytes().chunks(*length).all(|part| part == &password.as_bytes()[..*length])
    };
    lengths.into_iter().find(repeats).map_or(password, |length| &password[..length])
}

/// The text with the usual substitutes undone: `p@ssw0rd` is `password`.
fn plain(text: &str) -> String {
    let undo = |letter| match letter {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    // Digits among digits are numbers, not letters in disguise.
    let letters: Vec<char> = text.chars().collect();
    let is_digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
    let in_number = |at: usize| letters[at].is_ascii_digit() && (is_digit(at.checked_sub(1)) || is_digit(Some(at + 1)));
    (0..letters.len()).map(|at| if in_number(at) { letters[at] } else { undo(letters[at]) }).collect()
}

fn neighbours(one: char, other: char) -> bool {
    let beside =
        |row: &&str| row.chars().zip(row.chars().skip(1)).any(|pair| pair == (one, other) || pair == (other, one));
    ROWS.iter().any(beside)
}

/// One core is busy for tens of milliseconds with each: no more at once than there are cores.
static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)));

/// What stands in for the hash of an account that doesn't exist, so that refusing takes as long (X10).
static NOBODY: LazyLock<String> = LazyLock::new(|| compute("nobody has this password").unwrap_or_default());

/// Hashes a password, to be kept: its normalized form (B39).
pub(crate) async fn hash(password: Zeroizing<String>) -> Result<String> {
    in_turn(move || compute(&unicode::password(&password))).await?
}

/// Whether a password is the one that was hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// It is.
    Right,
    /// It is, but its hash was made of the text as it was typed: it is to be made anew.
    RightAsTyped,
    /// It isn't.
    Wrong,
}

/// Compares a password with a hash. With no hash it takes the same time and says no. A text that isn't in its normal
/// form is compared in both forms, since older hashes were made of the text as it was typed.
pub(crate) async fn matches(password: Zeroizing<String>, hash: Option<String>) -> Result<Match> {
    in_turn(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let parsed = PasswordHash::new(&hash).map_err(|error| Error::internal(error.to_string()))?;
        let is_right = |text: &str| Argon2::default().verify_password(text.as_bytes(), &parsed).is_ok() && known;
        let normal = unicode::password(&password);
        Ok(if is_right(&normal) {
            Match::Right
        } else if *normal != *password && is_right(&password) {
            Match::RightAsTyped
        } else {
            Match::Wrong
        })
    })
    .await?
}

/// Whether a hash was made under other settings than today's: then it is made anew at the next sign-in.
pub(crate) fn is_outdated(hash: &str) -> bool {
    let parsed = PasswordHash::new(hash).ok();
    let today = parsed.and_then(|hash| Params::try_from(&hash).ok());
    today.is_none_or(|params| params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES)
}

fn compute(password: &str) -> Result<String> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| Error::internal(error.to_string()))?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = hasher.hash_password(password.as_bytes()).map_err(|error| Error::internal(error.to_string()))?;
    Ok(hash.to_string())
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let turn = tokio::time::timeout(Config::STORE_PATIENCE, TURNS.acquire()).await;
    let _turn = turn.map_err(|_| overload::overloaded("too many sign-ins at once"))?.map_err(Error::internal)?;
    overload::in_time()?;
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// X16
    #[test]
    fn passwords_that_are_guessed_first_are_refused() {
        for password in [
            "password1234",
            "Password2026!",
            "P@ssw0rd1234",
            "qwertyuiop123",
            "QwertyAsdf1234",
            "123456789012",
            "abcdefghijklm",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "letmeinletmein",
            "admin12345678",
            "iloveyou2024!",
            "welcome123456",
            "1qaz2wsx3edc",
            "Astana2026!!",
            "almaty-almaty-2025",
            "Пароль123456",
            "йцукенгшщзхъ",
            "құпиясөз2026",
            "aigerim.s2026",
            "Aigerim2026!",
        ] {
            assert_eq!(check(password, "aigerim.s"), Err(WeakPassword::Common), "{password}");
        }
    }

    /// X16
    #[test]
    fn long_passwords_of_any_characters_are_taken() {
        for password in [
            "correct horse battery staple",
            "tulip-95-anchor-mug",
            "Wq7#mZ2!xLp9",
            "көк аспан мен дала",
            "молоко утром вкуснее",
            "u8Jf0-2kQw_zN",
        ] {
            assert_eq!(check(password, "aigerim.s"), Ok(()), "{password}");
        }
    }

    /// X16
    #[test]
    fn length_is_counted_in_characters_and_bounded() {
        assert_eq!(check("Wq7#mZ2!xLp", "a"), Err(WeakPassword::TooShort));
        assert_eq!(check("құрметпендос", "a"), Ok(()));
        assert_eq!(check(&"Wq7#mZ2!xLp9".repeat(22), "a"), Err(WeakPassword::TooLong));
    }

    /// X16: Argon2id with at least 19 MiB and two passes.
    #[tokio::test]
    async fn a_password_is_kept_as_argon2id_and_compared() {
        let text = |text: &str| Zeroizing::new(text.to_owned());
        let kept = hash(text("tulip-95-anchor-mug")).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(!is_outdated(&kept));
        assert_eq!(matches(text("tulip-95-anchor-mug"), Some(kept.clone())).await.unwrap(), Match::Right);
        assert_eq!(matches(text("tulip-95-anchor-mud"), Some(kept)).await.unwrap(), Match::Wrong);
        assert_eq!(matches(text("nobody has this password"), None).await.unwrap(), Match::Wrong);
        assert!(is_outdated("$argon2id$v=19$m=4096,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"));
    }

    /// B39: a keyboard that writes й as two characters signs in, also with a hash of before.
    #[tokio::test]
    async fn a_password_is_the_same_in_every_unicode_form() {
        let text = |text: &str| Zeroizing::new(text.to_owned());
        let (composed, decomposed) = ("Тұлпар-йөт-2026", "Тұлпар-и\u{306}өт-2026");
        let kept = hash(text(composed)).await.unwrap();
        assert_eq!(matches(text(decomposed), Some(kept)).await.unwrap(), Match::Right);
        let kept = hash(text(decomposed)).await.unwrap();
        assert_eq!(matches(text(composed), Some(kept)).await.unwrap(), Match::Right);
        let of_before = compute(decomposed).unwrap();
        assert_eq!(matches(text(decomposed), Some(of_before)).await.unwrap(), Match::RightAsTyped);
    }

    /// X69: passwords of the lists that circulate, with what people append to them.
    #[test]
    fn passwords_found_in_breaches_are_refused() {
        for password in [
            "michaeljordan23",
            "chelseafc1905",
            "q1w2e3r4t5y6",
            "jessica123456",
            "barselona2010",
            "liverpool1892",
            "charlie123456",
            "thomas19851985",
            "mustangmustang",
            "natasha198912",
            "juventus1897!",
            "Jennifer2015!",
            "trustno1trustno1",
            "1q2w3e4r5t6y",
            "zaq12wsxcde3",
            "spidermanbatman",
            "qwe123asd456zxc",
            "andrey19901990",
        ] {
            assert_eq!(check(password, "aigerim.s"), Err(WeakPassword::Common), "{password} {}", guesses(password, ""));
        }
    }
}
