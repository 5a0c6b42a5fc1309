use std::collections::HashMap;

use super::*;

/// The lines `name=value` of a section, grouped: a new group begins where a name comes again.
fn vectors(section: &str) -> Vec<HashMap<&'static str, &'static str>> {
    let text = include_str!("../../tests/data/nca/kat/kat_gost.txt");
    let start = text.find(&format!("[{section}]")).expect("the section");
    let mut groups: Vec<HashMap<_, _>> = vec![HashMap::new()];
    for line in text[start..].lines().skip(1).take_while(|line| !line.starts_with('[')) {
        let Some((name, value)) = line.split_once('=') else { continue };
        if groups.last().is_some_and(|group| group.contains_key(name)) {
            groups.push(HashMap::new());
        }
        groups.last_mut().expect("one").insert(name, value);
    }
    groups
}

fn le<const N: usize>(hex: &str) -> Vec<u8> {
    uint_to_le(&Uint::<N>::from_be_hex(hex))
}

fn multiples_are_those_of_the_standard<const N: usize, const C: u64>(section: &str, curve: &'static Curve<N, C>) {
    let generator = Table::new(&curve.generator, PARTS, GENERATOR_WIDTH);
    let passing = Table::new(&curve.generator, 1, PASSING_WIDTH);
    let cases = vectors(section);
    assert_eq!(cases.len(), 4);
    for case in cases {
        let k = Uint::<N>::from_be_hex(case["k"]);
        let expected = (Uint::from_be_hex(case["kx"]), Uint::from_be_hex(case["ky"]));
        let point = multiply(&curve.generator, &k, curve);
        assert_eq!((point.x.to_uint(), point.y.to_uint()), expected);
        assert!(point.is_on(curve));
        for table in [&generator, &passing] {
            let sum = add_multiples_vartime((&k, &generator), (&Uint::ZERO, table));
            let zz = sum.z.square();
            assert_eq!(Fe::from_uint(&expected.0).mul(&zz), sum.x);
        }
    }
}

#[test]
fn multiples_of_the_generator_are_those_of_the_known_answers() {
    multiples_are_those_of_the_standard("multiples.tc26-512-A", &CURVE_512_A);
    multiples_are_those_of_the_standard("multiples.cryptopro-A", &CRYPTO_PRO_A);
}

fn signatures_are_those_of_the_known_answers<const N: usize, const C: u64>(
    section: &str,
    curve: &'static Curve<N, C>,
    signer: fn(&[u8]) -> Option<SigningKey<N, C>>,
    key: fn(&[u8]) -> Option<VerifyingKey<N, C>>,
) {
    for case in vectors(section) {
        let signer = signer(&le::<N>(case["d"])).expect("a key");
        let public = [le::<N>(case["qx"]), le::<N>(case["qy"])].concat();
        assert_eq!(signer.verifying_key().to_bytes(), public);
        let digest = hex::decode(case["digest_bytes"]).expect("hex");
        let e = digest_number(&digest, &curve.order).expect("a number");
        let signature = signer
            .sign_with(&e, &Uint::from_be_hex(case["k"]), |number| FixedMontyForm::new(number, &curve.scalars))
            .expect("a signature");
        assert_eq!(hex::encode(&signature), case["sig_bytes"]);

        let key = key(&public).expect("a point");
        let with_table = key.clone().with_table();
        for key in [&key, &with_table] {
            assert!(key.verify(&digest, &signature));
            let own = signer.sign(&digest, b"extra").expect("a signature");
            assert!(key.verify(&digest, &own));
            assert_ne!(own, signer.sign(&digest, b"other").expect("a signature"));
            assert_eq!(own, signer.sign(&digest, b"extra").expect("a signature"));

            for i in (0..signature.len()).step_by(7) {
                let mut changed = signature.clone();
                changed[i] ^= 1;
                assert!(!key.verify(&digest, &changed));
            }
            let (r, s) = signature.split_at(8 * N);
            assert!(!key.verify(&digest, &[s, r].concat()), "halves exchanged");
            let reversed: Vec<u8> = signature.iter().rev().copied().collect();
            assert!(!key.verify(&digest, &reversed), "bytes reversed: RFC 4491");
            let (r, s) = (r.iter().rev().copied(), s.iter().rev().copied());
            assert!(!key.verify(&digest, &r.chain(s).collect::<Vec<_>>()), "big-endian halves");
            assert!(!key.verify(&digest, &signature[1..]), "short");
            let order = uint_to_le(&curve.order);
            assert!(!key.verify(&digest, &[&vec![0; 8 * N][..], &signature[8 * N..]].concat()), "r is zero");
            assert!(!key.verify(&digest, &[&signature[..8 * N], &order].concat()), "s is the order");
        }
    }
}

#[test]
fn signatures_with_known_one_time_numbers_are_those_of_the_known_answers() {
    signatures_are_those_of_the_known_answers(
        "sign.tc26-512-A",
        &CURVE_512_A,
        Gost512Signer::from_bytes,
        Gost512Key::from_bytes,
    );
    signatures_are_those_of_the_known_answers(
        "sign.cryptopro-A",
        &CRYPTO_PRO_A,
        Gost2004Signer::from_bytes,
        Gost2004Key::from_bytes,
    );
}

#[test]
fn a_point_off_the_curve_is_no_key() {
    let signer = Gost512Signer::from_bytes(&[7; 64]).expect("a key");
    let mut bytes = signer.verifying_key().to_bytes();
    assert!(Gost512Key::from_bytes(&bytes).is_some());
    bytes[5] ^= 1;
    assert!(Gost512Key::from_bytes(&bytes).is_none());
    assert!(Gost512Key::from_bytes(&[0; 128]).is_none());
    assert!(Gost512Key::from_bytes(&[255; 128]).is_none(), "coordinates are below p");
    assert!(Gost512Signer::from_bytes(&[0; 64]).is_none());
    assert!(Gost512Signer::from_bytes(&[255; 64]).is_none());
}

/// A signature of another implementation (tests/data/nca/kat), down to its message.
#[test]
fn a_signature_of_another_implementation_holds() {
    let text = include_str!("../../tests/data/nca/kat/gost512_ncalayer_rs.txt");
    let value = |name: &str| {
        text.lines().filter_map(|line| line.split_once('=')).find(|(key, _)| *key == name).expect("a line").1
    };
    let bytes = |name: &str| hex::decode(value(name)).expect("hex");
    let digest = crate::DigestAlgorithm::Streebog512.digest(&[value("msg").as_bytes()]);
    assert_eq!(digest, bytes("digest"));
    let public = [le::<8>(value("qx")), le::<8>(value("qy"))].concat();
    let key = Gost512Key::from_bytes(&public).expect("a point");
    assert!(key.verify(&digest, &bytes("sig")));
    let signer = Gost512Signer::from_bytes(&le::<8>(value("d"))).expect("a key");
    assert_eq!(*signer.verifying_key(), key);
    let of_certificate = crate::DigestAlgorithm::Streebog512.digest(&[&bytes("cert_tbs")]);
    assert!(key.verify(&of_certificate, &bytes("cert_sig")));
}

/// GOST R 34.11-94 with the test parameters, and Streebog (RFC 6986 section 10).
#[test]
fn digests_are_those_of_the_known_answers() {
    use crate::DigestAlgorithm::{Gost34311, Streebog256, Streebog512};
    let mut count = 0;
    for (section, name, algorithm) in [
        ("hash.gost94-test", "digest_bytes", Gost34311),
        ("hash.streebog", "streebog512_bytes", Streebog512),
        ("hash.streebog", "streebog256_bytes", Streebog256),
    ] {
        for case in vectors(section) {
            let message = hex::decode(case["msg_bytes"]).expect("hex");
            assert_eq!(hex::encode(algorithm.digest(&[&message])), case[name]);
            count += 1;
        }
    }
    assert!(count >= 8);
}
