//! What signatures cost, one line a figure: `cargo bench -p eds`. Each is the best of several rounds on one thread.

#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "figures to print")]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eds::gost::Gost512Signer;
use eds::{
    Certificate, Crl, DigestAlgorithm, Evidence, Outcome, Policy, PrivateKey, Purpose, Timestamp, Trust, Verifier,
};

fn data(path: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/generated").join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn certificate(name: &str) -> Certificate {
    Certificate::from_bytes(&data(&format!("pki/{name}.cer"))).expect("a certificate")
}

/// The time of one call, best of seven rounds.
fn best(calls: u32, mut call: impl FnMut()) -> Duration {
    let round = |_| {
        let start = Instant::now();
        for _ in 0..calls {
            call();
        }
        start.elapsed() / calls
    };
    (0..7).map(round).min().expect("seven rounds")
}

fn print(name: &str, value: f64) {
    println!("eds.{name} {value:.1}");
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// A list of the size of the whole production list, signed by the key of the test authority.
fn long_list(entries: u32) -> Vec<u8> {
    fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
        let length = contents.len().to_be_bytes();
        let used = &length[length.iter().position(|octet| *octet != 0).unwrap_or(7)..];
        let mut bytes = vec![tag];
        if contents.len() > 127 {
            bytes.push(0x80 | used.len() as u8);
        }
        bytes.extend_from_slice(used);
        bytes.extend_from_slice(contents);
        bytes
    }
    let reason = value(0x30, &value(0x30, &[0x06, 3, 0x55, 0x1d, 0x15, 0x04, 3, 0x0a, 1, 4]));
    let mut list = Vec::new();
    for i in 0..entries {
        let mut serial = [0x31; 20];
        serial[1..5].copy_from_slice(&i.wrapping_mul(2_654_435_761).to_be_bytes());
        let entry = [value(0x02, &serial), value(0x17, b"260101000000Z"), reason.clone()].concat();
        list.extend(value(0x30, &entry));
    }
    let algorithm = value(0x30, &[0x06, 10, 0x2a, 0x83, 0x0e, 3, 10, 1, 1, 2, 3, 2, 5, 0]);
    let issuer = certificate("nca");
    let signed = [
        value(0x02, &[1]),
        algorithm.clone(),
        issuer.subject().der().to_vec(),
        value(0x17, b"261130000000Z"),
        value(0x17, b"261201030000Z"),
        value(0x30, &list),
        value(0xa0, &value(0x30, &value(0x30, &[0x06, 3, 0x55, 0x1d, 0x14, 0x04, 3, 2, 1, 9]))),
    ];
    let signed = value(0x30, &signed.concat());
    let key = PrivateKey::from_pkcs8(&data("keys/nca.pk8")).expect("a key");
    let signature = [&[0][..], &key.sign(&signed, b"")].concat();
    value(0x30, &[signed, algorithm, value(0x03, &signature)].concat())
}

fn main() {
    let signer = Gost512Signer::from_bytes(&[7; 64]).expect("a key");
    let key = signer.verifying_key().clone();
    let with_table = key.clone().with_table();
    let digest = [9; 64];
    let signature = signer.sign(&digest, b"").expect("a signature");
    let unknown = best(200, || assert!(key.verify(black_box(&digest), &signature)));
    print("verify_gost512_us", micros(unknown));
    print("verify_gost512_table_us", micros(best(200, || assert!(with_table.verify(black_box(&digest), &signature)))));
    print("sign_gost512_us", micros(best(50, || assert!(signer.sign(black_box(&digest), b"").is_some()))));

    let megabyte = vec![5; 1 << 20];
    let hash = best(4, || assert_eq!(DigestAlgorithm::Streebog512.digest(&[black_box(&megabyte)]).len(), 64));
    print("streebog_mb_s", 1.048_576 / hash.as_secs_f64());

    let now: Timestamp = "2026-11-30T12:00:00Z".parse().expect("a moment");
    let trust = Trust::new([certificate("root")], [certificate("nca")]);
    let nothing = Evidence::default();
    let policy = Policy { require_revocation: false, ..Policy::default() };
    let verifier = Verifier { trust: &trust, evidence: &nothing, policy: &policy, now };
    let attached = data("cms/ok_attached_with_chain.cms");
    let cms = best(50, || {
        let verdict = verifier.verify_cms(black_box(&attached), None, Some(Purpose::SignDocument));
        assert_eq!(verdict.verdict, Outcome::Valid);
    });
    print("cms_us", micros(cms));

    let lists = ["base_current", "root_current"]
        .map(|name| Arc::new(Crl::from_bytes(&data(&format!("crl/{name}.crl"))).expect("a list")));
    let evidence = Evidence { crls: lists.to_vec(), ocsp: Vec::new() };
    let policy = Policy::default();
    let verifier = Verifier { trust: &trust, evidence: &evidence, policy: &policy, now };
    let (stamped, content) = (data("cms/ok_cades_t.cms"), data("cms/content.bin"));
    let cades = best(50, || {
        let verdict = verifier.verify_cms(black_box(&stamped), Some(&content), Some(Purpose::SignDocument));
        assert_eq!(verdict.verdict, Outcome::Valid);
    });
    print("cades_t_per_second", 1.0 / cades.as_secs_f64());

    let list = long_list(420_000);
    let index = best(1, || {
        let crl = Crl::from_der(black_box(&list)).expect("a list");
        assert!(crl.len() == 420_000 && crl.is_signed_by(&trust.certificates()[1]));
    });
    print("crl_index_ms", index.as_secs_f64() * 1e3);
    print("crl_index_mb", Crl::from_der(&list).expect("a list").index_size() as f64 / 1e6);
    print("crl_mb", list.len() as f64 / 1e6);
}
