//! XML signatures of the authority's software and of the state's gateway, and those made here.

mod common;

use common::{data, expected};
use eds::{
    Certificate, Evidence, Outcome, Policy, PrivateKey, Purpose, Reason, Signer, Timestamp, Trust, Verifier, sign_xml,
};

fn verify(file: &[u8], at: &str) -> eds::Verdict {
    let list = expected("nca").remove(0);
    let trust = Trust::new(common::certificates(&list.roots), common::certificates(&list.intermediates));
    let policy = Policy { require_revocation: false, ..Policy::default() };
    let now: Timestamp = at.parse().expect("a moment");
    Verifier { trust: &trust, evidence: &Evidence::default(), policy: &policy, now }.verify_xml(file, None)
}

/// R9: signatures that NCALayer and older software made hold, octet by octet, with line ends and references kept.
#[test]
fn real_documents_are_valid_in_their_time() {
    for (name, at) in [
        ("gost2004_sign_head_2020_10dcd6_active", "2020-09-09T20:03:14Z"),
        ("gost512_head_2024_enveloped", "2025-02-24T19:23:13Z"),
        ("rsa_auth_head_2020_35588a_active", "2020-09-09T20:03:14Z"),
        ("rsa_auth_head_2020_47621d_revoked", "2020-09-09T20:03:14Z"),
        ("rsa_auth_person_2020_391759_active", "2020-09-09T20:03:14Z"),
        ("rsa_person_2021_enveloped", "2021-11-01T12:00:00Z"),
        ("rsa_sign_person_2020_1c1c4a_active", "2020-09-09T20:03:14Z"),
    ] {
        let file = data(&format!("nca/xml/{name}.xml"));
        let verdict = verify(&file, at);
        assert_eq!((verdict.verdict, &verdict.reasons[..]), (Outcome::Valid, &[][..]), "{name}: {verdict:#?}");
        assert_eq!(verdict.signers[0].identity.iin.as_deref(), Some("123456789011"));
        assert_eq!(verdict.signers[0].covers.as_deref(), Some("/"));
    }
}

/// R9: the gateway signs the body of a message; the answer says that nothing else is signed.
#[test]
fn the_gateway_signs_the_body_alone() {
    let file = data("nca/xml/wsse_rsa_person_2021.xml");
    let verdict = verify(&file, "2021-11-01T12:00:00Z");
    assert_eq!((verdict.verdict, &verdict.reasons[..]), (Outcome::Valid, &[Reason::PartialCoverage][..]));
    assert_eq!(verdict.signers[0].covers.as_deref(), Some("/SOAP-ENV:Envelope/SOAP-ENV:Body"));

    let text = String::from_utf8(file).expect("text");
    let outside = text.replace("SOAP-ENV:mustUnderstand=\"1\"", "SOAP-ENV:mustUnderstand=\"0\"");
    assert_ne!(text, outside);
    assert_eq!(verify(outside.as_bytes(), "2021-11-01T12:00:00Z").verdict, Outcome::Valid);
    let inside = text.replace("<senderId>smartbridge", "<senderId>someone");
    assert_eq!(
        verify(inside.as_bytes(), "2021-11-01T12:00:00Z").reasons,
        [Reason::DigestMismatch, Reason::PartialCoverage][..1]
    );
}

/// R9: documents of another implementation: the signature holds, the certificate has no trusted root.
#[test]
fn a_certificate_that_signed_itself_is_not_trusted() {
    for name in ["gost512_xml_simple", "gost512_xml_namespaces"] {
        let verdict = verify(&data(&format!("nca/xml/{name}.xml")), "2026-11-30T12:00:00Z");
        assert_eq!(
            (verdict.verdict, &verdict.reasons[..]),
            (Outcome::Invalid, &[Reason::UntrustedChain][..]),
            "{name}"
        );
    }
}

/// R9: what is signed here is valid here; a second signature covers the first, and each octet of the content counts.
#[test]
fn documents_signed_here_are_valid_here() {
    let case = expected("generated").into_iter().find(|case| case.id == "xml_ok_enveloped").expect("the case");
    let setting = case.setting();
    let policy = Policy::default();
    let verifier = Verifier { trust: &setting.trust, evidence: &setting.evidence, policy: &policy, now: setting.now };
    let key = |name: &str| {
        let key = PrivateKey::from_pkcs8(&data(&format!("generated/keys/{name}.pk8"))).expect("a key");
        (key, Certificate::from_bytes(&data(&format!("generated/pki/{name}.cer"))).expect("a certificate"))
    };
    let (person, old) = (key("person"), key("person2004"));
    let signer =
        |(key, certificate): &'static (PrivateKey, Certificate)| Signer { key, certificate, chain: &[], extra: b"" };
    let (person, old): (&'static _, &'static _) = (Box::leak(Box::new(person)), Box::leak(Box::new(old)));

    for document in [
        "<акт/>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<!-- a --><акт xmlns=\"urn:a\" xmlns:ds=\"urn:b\" ds:c='\"&#13;'>\r\nқ &amp; <b/>\r\n</акт>\n<!-- z -->",
    ] {
        let once = sign_xml(document.as_bytes(), &signer(person)).expect("a document");
        let twice = sign_xml(once.as_bytes(), &signer(old)).expect("a document");
        for (text, count) in [(&once, 1), (&twice, 2)] {
            let verdict = verifier.verify_xml(text.as_bytes(), Some(Purpose::SignDocument));
            assert_eq!((verdict.verdict, &verdict.reasons[..]), (Outcome::Valid, &[][..]), "{text}\n{verdict:#?}");
            assert_eq!(verdict.signers.len(), count);
        }
        let changed = twice.replace("акт", "счёт");
        let verdict = verifier.verify_xml(changed.as_bytes(), Some(Purpose::SignDocument));
        assert_eq!(verdict.reasons[0], Reason::DigestMismatch);
        let added = twice.replace("</акт>", "<ds:Object xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/></акт>");
        assert_eq!(verifier.verify_xml(added.as_bytes(), Some(Purpose::SignDocument)).verdict, Outcome::Invalid);
        assert!(sign_xml(format!("<!DOCTYPE a>{document}").as_bytes(), &signer(person)).is_err());
    }
}

/// R9: XML that costs the parser more than it is long is refused before it is parsed.
#[test]
fn crowded_documents_are_refused() {
    let attributes: String = (0..2_000).map(|i| format!(" a{i}=\"\"")).collect::<Vec<_>>().concat();
    let namespaces: String = (0..3_000).map(|i| format!("<a xmlns:a{i}=\"b\">")).collect::<Vec<_>>().concat();
    let deep = "<a>".repeat(100_000);
    for text in [format!("<a{attributes}/>"), namespaces, format!("{deep}{}", deep.replace('<', "</"))] {
        let verdict = verify(text.as_bytes(), "2026-11-30T12:00:00Z");
        assert_eq!(verdict.verdict, Outcome::Invalid);
    }
}
