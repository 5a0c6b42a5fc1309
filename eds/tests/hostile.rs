//! Whatever is changed in a good file, nothing bad becomes valid and nothing panics.

mod common;

use std::sync::Arc;

use common::{Case, Setting, data, expected};
use eds::{Certificate, Crl, KeyStore, OcspResponse, Outcome, Policy, Purpose, Verifier};
use proptest::prelude::*;

fn case(id: &str) -> (Case, Setting) {
    let case = expected("generated").into_iter().find(|case| case.id == id).expect("the case");
    let setting = case.setting();
    (case, setting)
}

/// A change of octets: overwritten, taken out or put in.
fn change(bytes: &mut Vec<u8>, edits: &[(prop::sample::Index, u8, u8)]) {
    for (at, kind, octet) in edits {
        if bytes.is_empty() {
            return;
        }
        let at = at.index(bytes.len());
        match kind % 4 {
            0 => bytes[at] = *octet,
            1 => bytes[at] ^= 1 << (octet % 8),
            2 => drop(bytes.remove(at)),
            _ => bytes.insert(at, *octet),
        }
    }
}

fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<u8>()), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// X40, R9: a changed message is refused, or says exactly what the unchanged one says.
    #[test]
    fn a_changed_message_says_nothing_new(edits in edits()) {
        let (case, setting) = case("ok_cades_t");
        let policy = Policy::default();
        let verifier = Verifier { trust: &setting.trust, evidence: &setting.evidence, policy: &policy, now: setting.now };
        let content = case.content();
        let verify = |file: &[u8]| verifier.verify_cms(file, content.as_deref(), Some(Purpose::SignDocument));
        let file = data(&case.file);
        let mut changed = file.clone();
        change(&mut changed, &edits);
        let verdict = verify(&changed);
        if verdict.verdict == Outcome::Valid {
            let original = verify(&file);
            prop_assert_eq!(&verdict.signers[0].identity, &original.signers[0].identity);
            prop_assert_eq!(&verdict.signers[0].chain, &original.signers[0].chain);
        }
    }

    /// X40, R9: the same of XML.
    #[test]
    fn a_changed_document_says_nothing_new(edits in edits()) {
        let (case, setting) = case("xml_ok_enveloped");
        let policy = Policy::default();
        let verifier = Verifier { trust: &setting.trust, evidence: &setting.evidence, policy: &policy, now: setting.now };
        let file = data(&case.file);
        let mut changed = file.clone();
        change(&mut changed, &edits);
        let verdict = verifier.verify_xml(&changed, Some(Purpose::SignDocument));
        if verdict.verdict == Outcome::Valid {
            let original = verifier.verify_xml(&file, Some(Purpose::SignDocument));
            prop_assert_eq!(&verdict.signers[0].identity, &original.signers[0].identity);
        }
    }

    /// X40: no octets make a parser panic.
    #[test]
    fn parsers_refuse_what_they_can_not_read(edits in edits(), pick in any::<prop::sample::Index>()) {
        let files = [
            "generated/pki/person.cer",
            "generated/crl/delta_removes_hold.crl",
            "generated/ocsp/person_good.ocsp",
            "generated/tsp/granted.tsr",
            "nca/p12/gost512_sign_person_2026_6c4256.p12",
        ];
        let mut bytes = data(files[pick.index(files.len())]);
        change(&mut bytes, &edits);
        let _ = Certificate::from_bytes(&bytes).map(Arc::new);
        let _ = Crl::from_bytes(&bytes);
        let _ = OcspResponse::from_der(&bytes);
        let _ = eds::stamp::token_of_response(&bytes);
        // Only stores whose count of iterations stayed small, so that the test stays quick.
        if pick.index(files.len()) == 4 {
            let _ = KeyStore::open(&bytes, "Qwerty12");
        }
    }
}
