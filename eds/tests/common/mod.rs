//! The test data and what is expected of it.

#![allow(dead_code, reason = "each test program uses a part")]

use std::path::Path;
use std::sync::Arc;

use eds::{Certificate, Crl, Evidence, OcspResponse, Purpose, Timestamp, Trust};
use serde_json::Value;

/// A file under `tests/data`.
pub fn data(path: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A line of `expected.json`.
#[derive(Debug)]
pub struct Case {
    pub id: String,
    pub file: String,
    pub content: Option<String>,
    pub verdict: String,
    /// Sorted.
    pub reasons: Vec<String>,
    pub at: Timestamp,
    pub purpose: Purpose,
    pub roots: Vec<String>,
    pub intermediates: Vec<String>,
    pub crls: Vec<String>,
    pub ocsp: Vec<String>,
    pub ocsp_nonce: Option<Vec<u8>>,
    pub nonce: Option<Vec<u8>>,
}

/// What a case is judged by.
pub struct Setting {
    pub trust: Trust,
    pub evidence: Evidence,
    pub now: Timestamp,
}

/// The cases of a set.
pub fn expected(set: &str) -> Vec<Case> {
    let list: Value = serde_json::from_slice(&data(&format!("{set}/expected.json"))).expect("JSON");
    // Paths of the generated set are inside of it, those of the other set begin with its name.
    let path = move |path: &str| if set == "nca" { path.to_owned() } else { format!("{set}/{path}") };
    let cases = list["cases"].as_array().expect("cases");
    cases
        .iter()
        .map(|case| {
            let text = |name: &str| case[name].as_str().or_else(|| list[name].as_str()).map(str::to_owned);
            let paths = |name: &str| -> Vec<String> {
                let own = case[name].as_array().or_else(|| list[name].as_array());
                own.into_iter().flatten().filter_map(Value::as_str).map(path).collect()
            };
            let mut reasons: Vec<String> = case["reasons"]
                .as_array()
                .expect("reasons")
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            reasons.sort();
            Case {
                id: text("id").expect("id"),
                file: path(&text("file").expect("file")),
                content: case["content"].as_str().map(path),
                verdict: text("verdict").expect("verdict"),
                reasons,
                at: moment(&text("at").expect("a clock")),
                purpose: if case["purpose"] == "sign_in" { Purpose::SignIn } else { Purpose::SignDocument },
                roots: paths("roots"),
                intermediates: paths("intermediates"),
                crls: paths("crls"),
                ocsp: paths("ocsp"),
                ocsp_nonce: case["ocsp_nonce"].as_str().map(|nonce| hex::decode(nonce).expect("hex")),
                nonce: case["nonce"].as_u64().map(|nonce| nonce.to_be_bytes().to_vec()),
            }
        })
        .collect()
}

/// `20261130120000Z` or RFC 3339.
fn moment(text: &str) -> Timestamp {
    let text = match text.as_bytes() {
        digits if digits.len() == 15 => format!(
            "{}-{}-{}T{}:{}:{}Z",
            &text[..4],
            &text[4..6],
            &text[6..8],
            &text[8..10],
            &text[10..12],
            &text[12..14]
        ),
        _ => text.to_owned(),
    };
    text.parse().expect("a moment")
}

pub fn certificates(paths: &[String]) -> Vec<Certificate> {
    paths.iter().map(|path| Certificate::from_bytes(&data(path)).expect("a certificate")).collect()
}

impl Case {
    /// The content; of a sign-in the challenge that was given out.
    pub fn content(&self) -> Option<Vec<u8>> {
        let challenge = (self.purpose == Purpose::SignIn).then(|| "generated/cms/challenge.bin".to_owned());
        self.content.clone().or(challenge).map(|path| data(&path))
    }

    /// Lists and answers that can not be read are left out, as a server leaves them out.
    pub fn setting(&self) -> Setting {
        let crls = self.crls.iter().filter_map(|path| Crl::from_bytes(&data(path)).ok()).map(Arc::new).collect();
        let ocsp = self
            .ocsp
            .iter()
            .filter_map(|path| OcspResponse::from_der(&data(path)).ok())
            .map(|answer| (Arc::new(answer), self.ocsp_nonce.clone()))
            .collect();
        let (roots, intermediates) = if self.roots.is_empty() { GENERATED_TRUST } else { (&[][..], &[][..]) };
        let owned = |list: &[&str]| list.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
        let trust = if self.roots.is_empty() {
            Trust::new(certificates(&owned(roots)), certificates(&owned(intermediates)))
        } else {
            Trust::new(certificates(&self.roots), certificates(&self.intermediates))
        };
        Setting { trust, evidence: Evidence { crls, ocsp }, now: self.at }
    }
}

/// Of the time-stamp cases, which name none.
const GENERATED_TRUST: (&[&str], &[&str]) = (&["generated/pki/root.cer"], &["generated/pki/nca.cer"]);
