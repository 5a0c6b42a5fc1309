//! The verdicts that are written down beside the test data: `generated/` is a small authority with mistakes made on purpose,
//! `nca/` are real files of the test persona of the National Certification Authority (tests/data/README.md).

mod common;

use std::sync::Arc;

use common::{Case, data, expected};
use eds::{Certificate, Outcome, Policy, Purpose, StampVerdict, Verdict, Verifier};

/// What a case says: its verdict, and one of its reasons; for a valid one exactly its notes.
fn judge(case: &Case, outcome: Outcome, reasons: &[eds::Reason], mistakes: &mut Vec<String>) {
    let slugs: Vec<&str> = reasons.iter().map(|reason| reason.slug()).collect();
    let wanted = serde_json::to_value(outcome).expect("an outcome");
    let fits = match outcome {
        Outcome::Valid => {
            let mut slugs = slugs.clone();
            slugs.sort_unstable();
            slugs == case.reasons
        }
        _ => case.reasons.iter().any(|reason| slugs.contains(&reason.as_str())),
    };
    if wanted != case.verdict.as_str() || !fits {
        mistakes.push(format!("{}: {wanted} {slugs:?}, expected {} {:?}", case.id, case.verdict, case.reasons));
    }
}

fn run(set: &str, kind: impl Fn(&Case) -> bool) -> usize {
    let mut mistakes = Vec::new();
    let mut count = 0;
    for case in expected(set).into_iter().filter(kind) {
        count += 1;
        let setting = case.setting();
        let verifier = Verifier {
            trust: &setting.trust,
            evidence: &setting.evidence,
            policy: &Policy::default(),
            now: setting.now,
        };
        let file = data(&case.file);
        let verdict: Verdict = match case.file.rsplit('.').next() {
            Some("tsr") => {
                let content = case.content().expect("content");
                let StampVerdict { verdict, reasons, .. } =
                    verifier.verify_stamp_response(&file, &content, case.nonce.as_deref());
                judge(&case, verdict, &reasons, &mut mistakes);
                continue;
            }
            Some("cer") => {
                let certificate = Arc::new(Certificate::from_bytes(&file).expect("a certificate"));
                verifier.verify_certificate(&certificate, None)
            }
            Some("xml") => verifier.verify_xml(&file, Some(case.purpose)),
            _ => verifier.verify_cms(&file, case.content().as_deref(), Some(case.purpose)),
        };
        judge(&case, verdict.verdict, &verdict.reasons, &mut mistakes);
        assert!(case.purpose == Purpose::SignDocument || case.id.starts_with("login"));
    }
    assert!(mistakes.is_empty(), "{} of {count}:\n{}", mistakes.len(), mistakes.join("\n"));
    count
}

/// R9: attributes, content, algorithms, byte orders, chains, usage, stamps, sign-in and malformed files, as CMS.
#[test]
fn each_generated_message_gets_its_verdict() {
    assert!(run("generated", |case| case.file.starts_with("generated/cms")) >= 120);
}

/// R9: answers of a time-stamping authority.
#[test]
fn each_generated_time_stamp_gets_its_verdict() {
    assert_eq!(run("generated", |case| case.file.starts_with("generated/tsp")), 9);
}

/// R9: certificates of the test persona at two clocks each.
#[test]
fn each_real_certificate_gets_its_verdict() {
    assert_eq!(run("nca", |case| case.file.starts_with("nca/cert")), 65);
}

/// R9: messages that the authority's own software made.
#[test]
fn each_real_message_gets_its_verdict() {
    assert_eq!(run("nca", |case| case.file.starts_with("nca/cms")), 11);
}

/// R9: tampering, wrapping, two elements of one identifier, DOCTYPE, XSLT, references to outside, two signers.
#[test]
fn each_generated_document_gets_its_verdict() {
    assert_eq!(run("generated", |case| case.file.starts_with("generated/xml")), 16);
}
