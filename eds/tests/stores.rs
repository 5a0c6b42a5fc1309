//! Key stores of the authority.

mod common;

use common::data;
use eds::{Certificate, KeyStore, Malformed, SignatureAlgorithm};

/// S1: each store of the test persona opens with its password; its key belongs to the certificate that was published apart.
#[test]
fn each_store_of_the_authority_opens() {
    let folder = format!("{}/tests/data/nca/p12", env!("CARGO_MANIFEST_DIR"));
    let mut counts = [0; 3];
    for file in std::fs::read_dir(folder).expect("the folder") {
        let name = file.expect("a file").file_name().into_string().expect("a name");
        let bytes = data(&format!("nca/p12/{name}"));
        let certificate = data(&format!("nca/cert/{}", name.replace(".p12", ".cer")));
        let certificate = Certificate::from_bytes(&certificate).expect("a certificate");
        let opened = ["Qwerty12", "Aa123456"].iter().find_map(|password| KeyStore::open(&bytes, password).ok());
        let store = opened.unwrap_or_else(|| panic!("{name}"));
        assert_eq!(store.certificates, [certificate], "{name}");
        let kind = store.key.as_ref().map(|key| {
            assert_eq!(key.public_key(), *store.certificates[0].key(), "{name}");
            key.algorithm()
        });
        counts[match kind {
            Some(SignatureAlgorithm::Gost512) => 0,
            Some(_) => 1,
            None => 2,
        }] += 1;
        assert_eq!(KeyStore::open(&bytes, "qwerty12").err(), Some(Malformed("key store or password")), "{name}");
    }
    assert_eq!(counts, [23, 4, 7], "GOST of 2015, GOST of 2004, RSA");
}

/// A common mistake has an answer of its own.
#[test]
fn a_certificate_in_place_of_a_store_is_named() {
    let certificate = data("nca/cert/gost512_sign_person_2026_6c4256.cer");
    let error = KeyStore::open(&certificate, "Qwerty12").err();
    assert_eq!(error, Some(Malformed("a certificate instead of a key store")));
}
