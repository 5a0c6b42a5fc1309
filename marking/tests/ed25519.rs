//! Ed25519 verification against the cases of Project Wycheproof and against `verify_strict` of `ed25519-dalek`.
#![allow(clippy::unwrap_used, missing_docs)]

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::{Signature, VerifyingKey};
use marking::ed25519::{PublicSealKey, SIGNATURE_BYTES};
use proptest::prelude::*;
use sha2::{Digest, Sha512};

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect()
}

/// Whether a signature is accepted, with and without a table; both must agree.
fn is_accepted(key: [u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let Ok(signature) = <[u8; SIGNATURE_BYTES]>::try_from(signature) else { return false };
    let Ok(key) = PublicSealKey::new(key) else { return false };
    let light = key.verify(message, &signature);
    assert_eq!(light, key.prepared().verify(message, &signature));
    light
}

/// D1.2, X40
#[test]
fn the_cases_of_wycheproof_are_decided_correctly() {
    let cases: Vec<&str> =
        include_str!("wycheproof_ed25519.tsv").lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(cases.len(), 151);
    for case in cases {
        let fields: Vec<&str> = case.split('\t').collect();
        let [number, key, message, signature, result] = fields[..] else { panic!("{case}") };
        let empty_or = |hex: &str| if hex == "-" { Vec::new() } else { bytes(hex) };
        let accepted = is_accepted(bytes(key).try_into().unwrap(), &empty_or(message), &empty_or(signature));
        assert_eq!(accepted, result == "valid", "case {number}");
    }
}

/// X40: points of small order in the key or in the signature's point are refused as by `verify_strict`, and parts of small
/// order beside an ordinary point are decided as by it.
#[test]
fn points_with_a_part_of_small_order_are_decided_as_by_verify_strict() {
    let secret = Scalar::from_bytes_mod_order([7; 32]);
    let nonce = Scalar::from_bytes_mod_order([11; 32]);
    let (mut accepted, mut refused) = (0, 0);
    for in_key in EIGHT_TORSION {
        for in_commitment in EIGHT_TORSION {
            for (key, commitment) in [
                (EdwardsPoint::mul_base(&secret) + in_key, EdwardsPoint::mul_base(&nonce) + in_commitment),
                (in_key, EdwardsPoint::mul_base(&nonce) + in_commitment),
                (EdwardsPoint::mul_base(&secret) + in_key, in_commitment),
                (in_key, in_commitment),
            ] {
                // Several messages, since the challenge decides whether the parts of small order cancel out.
                for message in 0..16_u8 {
                    let (key, commitment) = (key.compress().0, commitment.compress().0);
                    let hash = Sha512::new().chain_update(commitment).chain_update(key).chain_update([message]);
                    let response = Scalar::from_hash(hash) * secret + nonce;
                    let signature = [commitment, response.to_bytes()].concat();
                    let strict = VerifyingKey::from_bytes(&key).is_ok_and(|key| {
                        key.verify_strict(&[message], &Signature::from_slice(&signature).unwrap()).is_ok()
                    });
                    assert_eq!(is_accepted(key, &[message], &signature), strict);
                    accepted += u32::from(strict);
                    refused += u32::from(!strict);
                }
            }
        }
    }
    assert!(accepted > 0 && refused > 0);
}

/// A response of nothing with a commitment of small order fits any key whose challenge is a multiple of eight.
#[test]
fn a_signature_whose_point_has_small_order_is_refused() {
    for point in EIGHT_TORSION {
        let mut signature = [0; SIGNATURE_BYTES];
        signature[..32].copy_from_slice(&point.compress().0);
        let key = EdwardsPoint::mul_base(&Scalar::ONE).compress().0;
        assert!(!is_accepted(key, b"message", &signature));
    }
}

/// The encodings of a point with y at or above the prime, which a lenient reader takes as the same point.
#[test]
fn points_in_another_than_the_canonical_form_are_refused() {
    let mut high = [0xFF; 32];
    high[31] = 0x7F;
    for low in 0xED..=0xFF {
        for sign in [0, 0x80] {
            high[0] = low;
            high[31] = 0x7F | sign;
            assert!(PublicSealKey::new(high).is_err());
            let canonical = CompressedEdwardsY(high).decompress().map(|point| point.compress().0);
            assert_ne!(canonical, Some(high));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// X40: any bytes are accepted or refused as by `verify_strict`.
    #[test]
    fn any_bytes_are_decided_as_by_verify_strict(key: [u8; 32], message: Vec<u8>, signature: [u8; 64]) {
        let strict = VerifyingKey::from_bytes(&key)
            .is_ok_and(|key| key.verify_strict(&message, &Signature::from_bytes(&signature)).is_ok());
        prop_assert_eq!(is_accepted(key, &message, &signature), strict);
    }
}
