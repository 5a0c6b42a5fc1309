//! Any document is refused, since the root signed none of them; and what a phone kept reads back or is refused.

#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use marking::ed25519::SecretSealKey;
use mobile_core::key_list::{KeyList, KeyRing};

fuzz_target!(|bytes: &[u8]| {
    let root = SecretSealKey::from_seed(&[7; 32]);
    let mut ring = KeyRing::new(root.public_bytes()).expect("a public key");
    assert!(ring.take_served(bytes, DateTime::UNIX_EPOCH).is_err());
    assert!(ring.restore(bytes).is_err() || bytes.is_empty());
    // The same bytes as a list that the root did sign.
    if let Ok(list) = serde_json::from_slice::<KeyList>(bytes) {
        let document = serde_json::to_vec(&list.sign(&root)).expect("a document");
        if ring.take_served(&document, DateTime::UNIX_EPOCH).is_ok() {
            let mut again = KeyRing::new(root.public_bytes()).expect("a public key");
            again.restore(&ring.save()).expect("what was kept reads back");
            assert_eq!(again.age(DateTime::UNIX_EPOCH), ring.age(DateTime::UNIX_EPOCH));
        }
    }
});
