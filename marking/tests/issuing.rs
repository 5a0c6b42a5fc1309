//! What the register writes on a label, its reader reads back, its cipher finds the place of, and its
//! keys vouch for: every group's codes on the whole way, and what happens to them under way.

#![allow(clippy::unwrap_used, missing_docs)]

use marking::code::{Form, MarkingCode, Read, read};
use marking::ed25519::{PublicSealKey, SecretSealKey};
use marking::gtin::Gtin;
use marking::layout::{CodeWriter, Group, SerialScheme, TailKind};
use marking::misread::repairs;
use marking::seal::{HmacSealKey, KeyId, KeyState, Tail};
use marking::seal_keys::{SealCheck, SealKey, SealKeys, SealMaterial, UnitParts};
use marking::serial::{OrderPlace, SerialCipher};
use marking::stamp::{self, StampNumber};
use proptest::prelude::*;

const PLACE: u64 = 123_456;

struct Register {
    cipher: SerialCipher,
    signer: SecretSealKey,
    keys: SealKeys,
}

fn secret(group: Group) -> HmacSealKey {
    HmacSealKey::new(&[group as u8; 32])
}

fn id(group: Group) -> KeyId {
    KeyId::of_number(1_000 + group as u32)
}

fn gtin() -> Gtin {
    "04870001234560".parse().unwrap()
}

fn register() -> Register {
    let signer = SecretSealKey::from_seed(&[42; 32]);
    let keys = Group::ALL.map(|group| SealKey {
        id: id(group),
        group,
        state: KeyState::Active,
        material: match group.layout().tail {
            TailKind::Ed25519 => SealMaterial::Ed25519(PublicSealKey::new(signer.public_bytes()).unwrap()),
            _ => SealMaterial::Hmac(secret(group)),
        },
    });
    Register { cipher: SerialCipher::new(&[7; 32]), signer, keys: SealKeys::new(keys).unwrap() }
}

impl Register {
    fn issue(&self, group: Group) -> String {
        if group == Group::Alcohol {
            let stamp = StampNumber::new("KZ", 123_456).unwrap();
            let mark = stamp::mark(&secret(group), id(group), stamp);
            return stamp::link("tanba.example", stamp, mark);
        }
        let price = match group {
            Group::TobaccoBlock => Some(12_000),
            Group::TobaccoPack => Some(1_200),
            _ => None,
        };
        let writer = CodeWriter::new(group, gtin(), id(group), price).unwrap();
        let serial = match group.layout().serial {
            SerialScheme::Long => {
                let place = OrderPlace::new(7, u32::try_from(PLACE).unwrap()).unwrap();
                self.cipher.long(gtin(), place)
            }
            SerialScheme::Short(length) => self.cipher.short(gtin(), PLACE, length).unwrap(),
            SerialScheme::Stamp => unreachable!("stamps have no serial"),
        };
        let message = writer.message(&serial).unwrap();
        let tail = match group.layout().tail {
            TailKind::Ed25519 => Tail::of_signature(&self.signer.sign(message.as_bytes())),
            TailKind::Hmac => secret(group).tail_44(&message),
            TailKind::Short | TailKind::Mark => secret(group).tail_4(&message),
        };
        writer.code(&serial, tail.as_str())
    }

    fn place(&self, group: Group, serial: &str) -> Option<u64> {
        match group.layout().serial {
            SerialScheme::Long => {
                let place = self.cipher.place_of_long(gtin(), serial)?;
                Some(place.index().into())
            }
            SerialScheme::Short(length) => self.cipher.place_of_short(gtin(), serial, length),
            SerialScheme::Stamp => None,
        }
    }

    fn check(&self, group: Group, code: &MarkingCode) -> SealCheck {
        match code {
            MarkingCode::Unit(unit) => {
                assert_eq!(self.place(group, &unit.serial), Some(PLACE));
                self.keys.check(&UnitParts::of_unit(unit, Some(group)))
            }
            MarkingCode::Tobacco(pack) => {
                assert_eq!(self.place(group, &pack.serial), Some(PLACE));
                self.keys.check(&UnitParts::of_tobacco_pack(pack))
            }
            MarkingCode::Stamp(stamp) => {
                let number = StampNumber::try_from(stamp).unwrap();
                self.keys.check_stamp(number, &stamp.mark)
            }
            other => panic!("read as {other:?}"),
        }
    }
}

fn read_strictly(text: &str) -> Read {
    read(text, Form::Auto, true).unwrap()
}

/// D1.1, D1.2, S6: the code of every group leads back to its place, and its seal holds.
#[test]
fn the_codes_of_every_group_are_read_found_and_vouched_for() {
    let register = register();
    for group in Group::ALL {
        let code = register.issue(group);
        let check = register.check(group, &read_strictly(&code).code);
        let key = id(group);
        assert_eq!(check, SealCheck::Holds { key }, "{group}: {code:?}");
    }
}

/// What a scanner is known to do to a code is undone, and then the seal holds again.
#[test]
fn codes_that_a_scanner_spoiled_are_found_among_the_repairs() {
    let register = register();
    for group in [Group::Shoes, Group::Medicines, Group::Water] {
        let code = register.issue(group);
        let flipped: String = code
            .chars()
            .map(|character| match character {
                'a'..='z' => character.to_ascii_uppercase(),
                _ => character.to_ascii_lowercase(),
            })
            .collect();
        for spoiled in [flipped, code.replace('\u{1d}', ""), format!(" {code}\r\n")] {
            let key = id(group);
            let plain = read(&spoiled, Form::Auto, true).ok().into_iter();
            let found = plain.chain(repairs(&spoiled)).any(|read| {
                let MarkingCode::Unit(unit) = &read.code else {
                    return false;
                };
                register.keys.check(&UnitParts::of_unit(unit, Some(group))) == SealCheck::Holds { key }
            });
            assert!(found, "{group}: {spoiled:?}");
        }
    }
}

proptest! {
    /// D1.2: no change of one character passes, wherever it stands: the code is no longer read, or no
    /// longer found, or its seal no longer holds.
    #[test]
    fn a_changed_character_is_never_vouched_for(
        group in prop::sample::select(Group::ALL.to_vec()),
        at in any::<prop::sample::Index>(),
        character in "[A-Za-z0-9+/_-]",
    ) {
        let register = register();
        let code = register.issue(group);
        let mut changed = code.clone();
        let at = at.index(code.len());
        changed.replace_range(at..=at, &character);
        prop_assume!(changed != code);
        let Ok(Read { code: read, .. }) = read(&changed, Form::Auto, true) else {
            return Ok(());
        };
        let check = match &read {
            MarkingCode::Unit(unit) => register.keys.check(&UnitParts::of_unit(unit, Some(group))),
            MarkingCode::Tobacco(pack) => register.keys.check(&UnitParts::of_tobacco_pack(pack)),
            // The host of a stamp's link is not sealed: whoever prints another opens another site.
            MarkingCode::Stamp(_) if at < "https://tanba.example".len() => return Ok(()),
            MarkingCode::Stamp(_) => register.check(group, &read),
            _ => SealCheck::Missing,
        };
        let holds = matches!(check, SealCheck::Holds { .. });
        prop_assert!(!holds, "{:?}", changed);
    }
}
