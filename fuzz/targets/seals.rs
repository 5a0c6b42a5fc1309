//! Any code is judged offline, and none but the one that was sealed is `issued`.

#![no_main]

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use libfuzzer_sys::fuzz_target;
use locales::Language;
use marking::ed25519::SecretSealKey;
use marking::layout::{CodeWriter, Group};
use marking::seal::{KeyId, KeyState, Tail};
use mobile_core::card;
use mobile_core::key_list::{KeyList, KeyRing, ListedKey};
use mobile_core::offline::{self, OfflineVerdict};
use mobile_core::products::Products;

static RING: LazyLock<(KeyRing, String)> = LazyLock::new(|| {
    let (root, signer) = (SecretSealKey::from_seed(&[7; 32]), SecretSealKey::from_seed(&[9; 32]));
    let public = Some(base64(&signer.public_bytes()));
    let key = ListedKey { id: KeyId::of_number(1), group: Group::Shoes, state: KeyState::Active, public };
    let list = KeyList { version: 1, issued_at: now(), keys: vec![key] };
    let mut ring = KeyRing::new(root.public_bytes()).expect("a public key");
    let document = serde_json::to_vec(&list.sign(&root)).expect("a document");
    ring.take_served(&document, now()).expect("a list of the root");
    let gtin = "04870001234560".parse().expect("a GTIN");
    let writer = CodeWriter::new(Group::Shoes, gtin, KeyId::of_number(1), None).expect("a layout");
    let signature = signer.sign(writer.message("3ABCDEFGHJKLM").expect("a serial").as_bytes());
    (ring, writer.code("3ABCDEFGHJKLM", Tail::of_signature(&signature).as_str()))
});

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000)
}

fn base64(bytes: &[u8; 32]) -> String {
    const SET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = three.iter().chain([0, 0].iter()).take(3).fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        for place in 0..4 {
            let filled = place <= three.len();
            text.push(if filled { char::from(SET[number >> (18 - 6 * place) & 63]) } else { '=' });
        }
    }
    text
}

fuzz_target!(|bytes: &[u8]| {
    let (ring, sealed) = &*RING;
    // The bytes as a text, and as changes to the sealed code: a place and what stands there instead.
    let text = String::from_utf8_lossy(bytes);
    let mut bent = sealed.clone().into_bytes();
    for change in bytes.chunks_exact(2) {
        let at = usize::from(change[0]) % bent.len();
        bent[at] = change[1] & 0x7f;
    }
    for text in [&*text, &*String::from_utf8_lossy(&bent)] {
        let answer = offline::judge(ring, &Products::default(), text, now());
        let issued = answer.verdict == OfflineVerdict::Issued;
        assert!(!issued || answer.scanned.serial.as_deref() == Some("3ABCDEFGHJKLM"), "{text:?}");
        let card = card::of_offline(&answer, Language::Kk);
        assert!(!card.title.is_empty() && card.colour != card::Colour::Favourable);
    }
});
