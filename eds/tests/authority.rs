//! The small authority for demonstrations: what it makes is judged as what the real one makes.

use std::sync::Arc;

use eds::authority::{Issuer, ListTemplate, OcspQuestion, Profile, Subject, Template, answer, issue, list, stamp};
use eds::gost::Gost512Signer;
use eds::{
    Certificate, CertificateStatus, Crl, DigestAlgorithm, Evidence, OcspResponse, Outcome, Policy, PrivateKey, Purpose,
    Reason, Role, SignedMessage, Signer, TimeSource, Timestamp, Trust, Verdict, Verifier,
};

const NOW: Timestamp = Timestamp(1_796_040_000);
const DAY: i64 = 86_400;

fn key(seed: u8) -> PrivateKey {
    PrivateKey::Gost512(Gost512Signer::from_bytes(&[seed; 64]).expect("a key"))
}

fn template(name: &str, profile: Profile, serial: u8) -> Template {
    let subject = Subject {
        name: name.to_owned(),
        iin: if matches!(profile, Profile::Holder(_)) { "990101300000".to_owned() } else { String::new() },
        bin: if profile == Profile::Holder(Role::Head) { "201140000000".to_owned() } else { String::new() },
        ..Subject::default()
    };
    Template { subject, profile, serial: vec![serial], not_before: NOW.plus(-30 * DAY), not_after: NOW.plus(30 * DAY) }
}

struct World {
    keys: Vec<PrivateKey>,
    /// Root, authority, head, responder, time-stamping authority.
    certificates: Vec<Certificate>,
}

impl World {
    fn new() -> Self {
        let keys: Vec<_> = (1..=5).map(key).collect();
        let root = issue(&template("ROOT", Profile::Root, 1), &keys[0].public_key(), None, &keys[0]).expect("a root");
        let by_root = Issuer { key: &keys[0], certificate: &root };
        let authority = issue(&template("NCA", Profile::Authority, 2), &keys[1].public_key(), Some(by_root), &keys[1]);
        let authority = authority.expect("an authority");
        let by_authority = Issuer { key: &keys[1], certificate: &authority };
        let mut certificates = vec![root.clone(), authority.clone()];
        for (i, (name, profile)) in [
            ("ӘЛИЕВ ӘЛИ", Profile::Holder(Role::Head)),
            ("OCSP", Profile::OcspResponder),
            ("TSA", Profile::TimeStamping),
        ]
        .into_iter()
        .enumerate()
        {
            let serial = u8::try_from(i).expect("small") + 3;
            let own = &keys[i + 2];
            let made = issue(&template(name, profile, serial), &own.public_key(), Some(by_authority), own);
            certificates.push(made.expect("a certificate"));
        }
        Self { keys, certificates }
    }

    fn issuer(&self, i: usize) -> Issuer<'_> {
        Issuer { key: &self.keys[i], certificate: &self.certificates[i] }
    }

    fn trust(&self) -> Trust {
        Trust::new([self.certificates[0].clone()], [self.certificates[1].clone()])
    }

    fn list(&self, number: u32, base: Option<u32>, revoked: Vec<(Vec<u8>, Timestamp, u8)>) -> Arc<Crl> {
        let (this_update, next_update) = (NOW.plus(-60 + i64::from(number)), NOW.plus(DAY));
        let template = ListTemplate { number, base, this_update, next_update, revoked };
        Arc::new(Crl::from_der(&list(&template, self.issuer(1))).expect("a list"))
    }

    fn message(&self, stamped_at: Option<Timestamp>) -> Vec<u8> {
        let signer = Signer { key: &self.keys[2], certificate: &self.certificates[2], chain: &[], extra: b"" };
        let mut message = SignedMessage::new(b"content", true);
        let signature = message.sign(&signer, NOW).to_vec();
        if let Some(at) = stamped_at {
            let request = eds::stamp::request(DigestAlgorithm::Streebog512, &signature, &[9, 9]);
            let response = stamp(&request, self.issuer(4), at, 77).expect("a stamp");
            message.add_stamp(eds::stamp::token_of_response(&response).expect("an answer").expect("a token"));
        }
        message.to_der()
    }

    fn verify(&self, message: &[u8], evidence: &Evidence, now: Timestamp) -> Verdict {
        let (trust, policy) = (self.trust(), Policy::default());
        Verifier { trust: &trust, evidence, policy: &policy, now }.verify_cms(
            message,
            None,
            Some(Purpose::SignDocument),
        )
    }
}

/// S1: certificates, a list with a delta and a signature of the small authority.
#[test]
fn a_list_and_its_delta_decide() {
    let world = World::new();
    let message = world.message(None);
    let head = vec![5 - 2];
    let verdict = |crls: Vec<Arc<Crl>>| world.verify(&message, &Evidence { crls, ocsp: Vec::new() }, NOW);
    let empty = || world.list(7, None, Vec::new());

    let good = verdict(vec![empty()]);
    assert_eq!((good.verdict, &good.reasons[..]), (Outcome::Valid, &[][..]), "{good:#?}");
    assert_eq!(good.signers[0].identity.role, Some(Role::Head));
    assert_eq!(good.signers[0].identity.bin.as_deref(), Some("201140000000"));
    assert_eq!(verdict(Vec::new()).reasons, [Reason::RevocationUnknown]);

    let revoked = |reason| vec![(head.clone(), NOW.plus(-100), reason)];
    assert_eq!(verdict(vec![world.list(7, None, revoked(4))]).reasons, [Reason::CertificateRevoked]);
    assert_eq!(verdict(vec![empty(), world.list(8, Some(7), revoked(1))]).reasons, [Reason::CertificateRevoked]);
    let on_hold = || world.list(7, None, revoked(6));
    assert_eq!(verdict(vec![on_hold()]).reasons, [Reason::CertificateRevoked]);
    assert_eq!(
        verdict(vec![on_hold(), world.list(8, Some(7), revoked(8))]).verdict,
        Outcome::Valid,
        "a hold is lifted"
    );
    let compromised = world.list(7, None, revoked(1));
    let lifted = verdict(vec![compromised, world.list(8, Some(7), revoked(8))]);
    assert_eq!(lifted.reasons, [Reason::CertificateRevoked], "only a hold can be lifted");
    assert_eq!(
        verdict(vec![empty(), world.list(9, Some(8), revoked(4))]).reasons,
        [Reason::DeltaIgnored],
        "a newer base"
    );
    assert_eq!(verdict(vec![world.list(8, Some(7), Vec::new())]).reasons, [Reason::RevocationUnknown], "a delta alone");
}

/// S1: a question with a nonce, answered in each of the three ways; another question's answer is worth nothing.
#[test]
fn a_responder_decides() {
    let world = World::new();
    let message = world.message(None);
    let ask = |nonce: &[u8]| {
        let request = eds::ocsp::request(&world.certificates[2], &world.certificates[1], nonce);
        OcspQuestion::from_der(&request).expect("a question")
    };
    let question = ask(b"12345678");
    assert_eq!(question.serial, [3]);
    let verdict = |status, responder, nonce: &[u8], now| {
        let response = answer(&question, status, world.issuer(responder), NOW);
        let response = OcspResponse::from_der(&response).expect("an answer");
        let evidence = Evidence { crls: Vec::new(), ocsp: vec![(Arc::new(response), Some(nonce.to_vec()))] };
        world.verify(&message, &evidence, now).reasons
    };
    let good = CertificateStatus::Good;
    assert_eq!(verdict(good, 3, b"12345678", NOW), []);
    assert_eq!(verdict(good, 1, b"12345678", NOW), [], "the authority itself");
    assert_eq!(verdict(good, 4, b"12345678", NOW), [Reason::RevocationUnknown], "another certificate of the authority");
    assert_eq!(verdict(good, 3, b"87654321", NOW), [Reason::RevocationUnknown], "another question");
    assert_eq!(verdict(good, 3, b"12345678", NOW.plus(2 * 3600)), [Reason::RevocationUnknown], "an old answer");
    assert_eq!(
        verdict(good, 3, b"12345678", NOW.plus(-2 * 3600)),
        [Reason::ClaimedTimeInFuture, Reason::RevocationUnknown],
        "the clock is set back"
    );
    let revoked = CertificateStatus::Revoked { at: NOW.plus(-5), reason: 4 };
    assert_eq!(verdict(revoked, 3, b"12345678", NOW), [Reason::CertificateRevoked]);
    assert_eq!(verdict(CertificateStatus::Unknown, 3, b"12345678", NOW), [Reason::RevocationUnknownByResponder]);
}

/// S1: a stamp makes the time trusted, and keeps a signature valid after its certificate has ended.
#[test]
fn a_stamp_decides_the_moment() {
    let world = World::new();
    let list = |now: Timestamp| {
        let template = ListTemplate {
            number: 1,
            base: None,
            this_update: now.plus(-60),
            next_update: now.plus(60),
            revoked: Vec::new(),
        };
        let crl = Arc::new(Crl::from_der(&list(&template, world.issuer(1))).expect("a list"));
        Evidence { crls: vec![crl], ocsp: Vec::new() }
    };
    let stamped = world.message(Some(NOW.plus(5)));
    let verdict = world.verify(&stamped, &list(NOW.plus(60)), NOW.plus(60));
    assert_eq!((verdict.verdict, &verdict.reasons[..]), (Outcome::Valid, &[][..]), "{verdict:#?}");
    assert_eq!(verdict.signers[0].time_source, TimeSource::Timestamp);
    assert_eq!(verdict.signers[0].judged_at, NOW.plus(5));

    // A year later everything has ended; what was stamped in time holds, as the roots of this world do not end it.
    let early = world.verify(&stamped, &list(NOW.plus(-3600)), NOW.plus(-3600));
    assert!(early.reasons.contains(&Reason::TimestampInFuture), "{:?}", early.reasons);
    let unstamped = world.verify(&world.message(None), &list(NOW.plus(40 * DAY)), NOW.plus(40 * DAY));
    assert!(unstamped.reasons.contains(&Reason::CertificateExpired), "{:?}", unstamped.reasons);
    let late = world.verify(&stamped, &list(NOW.plus(40 * DAY)), NOW.plus(40 * DAY));
    assert_eq!((late.verdict, &late.reasons[..]), (Outcome::Valid, &[Reason::ValidAtStampTime][..]), "{late:#?}");
}
