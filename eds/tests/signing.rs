//! Signatures made here hold here, and have the form of the authority's.

mod common;

use common::{Case, data, expected};
use eds::{Certificate, Outcome, Policy, PrivateKey, Purpose, Reason, SignedMessage, Signer, Verifier};

fn case(id: &str) -> Case {
    expected("generated").into_iter().find(|case| case.id == id).expect("the case")
}

fn key(name: &str) -> (PrivateKey, Certificate) {
    let key = PrivateKey::from_pkcs8(&data(&format!("generated/keys/{name}.pk8"))).expect("a key");
    let certificate = Certificate::from_bytes(&data(&format!("generated/pki/{name}.cer"))).expect("a certificate");
    assert_eq!(key.public_key(), *certificate.key());
    (key, certificate)
}

/// R9: GOST of 2015 and of 2004, attached and detached, two signers of different algorithms.
#[test]
fn messages_signed_here_are_valid_here() {
    let case = case("ok_detached");
    let setting = case.setting();
    let policy = Policy::default();
    let verifier = Verifier { trust: &setting.trust, evidence: &setting.evidence, policy: &policy, now: setting.now };
    let content = "Акт № 17".as_bytes();
    let (person, person_certificate) = key("person");
    let (old, old_certificate) = key("person2004");
    let sign = |key, certificate| Signer { key, certificate, chain: &[], extra: b"" };

    for is_attached in [true, false] {
        let mut message = SignedMessage::new(content, is_attached);
        message.sign(&sign(&person, &person_certificate), setting.now);
        message.sign(&sign(&old, &old_certificate), setting.now);
        let der = message.to_der();
        let given = (!is_attached).then_some(content);
        let verdict = verifier.verify_cms(&der, given, Some(Purpose::SignDocument));
        assert_eq!((verdict.verdict, &verdict.reasons[..]), (Outcome::Valid, &[][..]), "{verdict:#?}");
        assert_eq!(verdict.signers.len(), 2);
        assert_eq!(verdict.signers[0].identity.iin.as_deref(), Some("123456789011"));

        // Whatever octet is changed: what is not refused says the same of the same people.
        for i in (0..der.len()).step_by(41) {
            let mut changed = der.clone();
            changed[i] ^= 0x40;
            let of_changed = verifier.verify_cms(&changed, given, Some(Purpose::SignDocument));
            assert!(of_changed.verdict != Outcome::Valid || of_changed == verdict, "octet {i}");
        }
    }
}

/// R9: a message without a stamp where the policy asks for one, and of an algorithm that it does not accept.
#[test]
fn a_policy_can_ask_for_more() {
    let case = case("ok_detached");
    let setting = case.setting();
    let with = |policy: &Policy| {
        let verifier = Verifier { trust: &setting.trust, evidence: &setting.evidence, policy, now: setting.now };
        verifier.verify_cms(&data(&case.file), case.content().as_deref(), Some(Purpose::SignDocument))
    };
    let stamped = with(&Policy { require_timestamp: true, ..Policy::default() });
    assert_eq!((stamped.verdict, stamped.reasons), (Outcome::Invalid, vec![Reason::TimestampMissing]));
    let none = with(&Policy { algorithms: Vec::new(), ..Policy::default() });
    assert_eq!((none.verdict, none.reasons), (Outcome::Invalid, vec![Reason::WeakAlgorithm]));
}
