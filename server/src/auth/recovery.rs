//! Recovery codes: each replaces the second factor once, for a person whose authenticator is lost. Of eighty random bits
//! each, so that a plain hash of them is safe to keep.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::by_operator::LETTERS;
use crate::keys;
use crate::platform::db::GenericClient;
use crate::platform::problem::Result;

/// How many codes a person gets.
const CODES: usize = 10;
/// Characters of a code, five bits each, without the hyphens.
const CHARACTERS: usize = 16;

/// A new set of codes, as people write them down: `abcd-efgh-jkmn-pqrs`.
fn make() -> Vec<Zeroizing<String>> {
    let code = |_| {
        let bytes = keys::random::<CHARACTERS>();
        let mut text = Zeroizing::new(String::with_capacity(CHARACTERS + 3));
        for (place, byte) in bytes.iter().enumerate() {
            if place > 0 && place % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(LETTERS[usize::from(byte % 32)]));
        }
        text
    };
    (0..CODES).map(code).collect()
}

/// The hash of a code as it was typed: in any case, with or without hyphens and spaces. None when it can be no code.
fn hash(given: &str) -> Option<Vec<u8>> {
    let given = Zeroizing::new(given.to_lowercase());
    let letters: Zeroizing<String> =
        Zeroizing::new(given.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect());
    let is_code = letters.len() == CHARACTERS && letters.bytes().all(|byte| LETTERS.contains(&byte));
    is_code.then(|| Sha256::digest(letters.as_bytes()).to_vec())
}

/// Gives an account a new set of codes; the earlier ones no longer hold.
pub(super) async fn renew(db: &impl GenericClient, account: Uuid) -> Result<Vec<Zeroizing<String>>> {
    forget(db, account).await?;
    let codes = make();
    let hashes: Vec<Vec<u8>> = codes.iter().filter_map(|code| hash(code)).collect();
    let insert = "-- auth::insert_recovery_codes
        INSERT INTO recovery_code (account_id, hash) SELECT $1, unnest($2::bytea[])";
    db.execute(insert, &[&account, &hashes]).await?;
    Ok(codes)
}

/// Drops the codes of an account.
pub(super) async fn forget(db: &impl GenericClient, account: Uuid) -> Result<()> {
    let delete = "-- auth::delete_recovery_codes\n DELETE FROM recovery_code WHERE account_id = $1";
    db.execute(delete, &[&account]).await?;
    Ok(())
}

/// Uses up a code. False when it is none of the account's, or was used.
pub(super) async fn use_up(db: &impl GenericClient, account: Uuid, given: &str, at: DateTime<Utc>) -> Result<bool> {
    let Some(hash) = hash(given) else { return Ok(false) };
    let set = "-- auth::use_recovery_code
        UPDATE recovery_code SET used_at = $3 WHERE account_id = $1 AND hash = $2 AND used_at IS NULL";
    Ok(db.execute(set, &[&account, &hash, &at]).await? == 1)
}

/// How many codes of an account are left.
pub(super) async fn count_left(db: &impl GenericClient, account: Uuid) -> Result<i64> {
    let count = db
        .prepare_cached(
            "-- auth::count_recovery_codes
             SELECT count(*) FROM recovery_code WHERE account_id = $1 AND used_at IS NULL",
        )
        .await?;
    Ok(db.query_one(&count, &[&account]).await?.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X75
    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let codes = make();
        assert_eq!(codes.len(), CODES);
        let code = codes[0].as_str();
        assert_eq!(code.len(), CHARACTERS + 3);
        let loose = code.to_uppercase().replace('-', " ");
        assert!(hash(code).is_some());
        assert_eq!(hash(code), hash(&loose));
        assert_ne!(hash(code), hash(&codes[1]));
        for none in ["", "492039", "abcd-efgh-jkmn-pqr", "abcd-efgh-jkmn-pqr0", "äbcd-efgh-jkmn-pqrs"] {
            assert_eq!(hash(none), None, "{none}");
        }
    }
}
