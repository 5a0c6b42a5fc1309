//! Codes of every family are found, faults of scanners are undone, and what anybody could invent is not looked up.

#![allow(clippy::unwrap_used)]

use marking::ed25519::{PublicSealKey, SecretSealKey};
use marking::layout::CodeWriter;
use marking::seal::{HmacSealKey, KeyState, Tail};
use marking::seal_keys::{SealKey, SealMaterial};
use marking::serial::OrderPlace;
use marking::stamp;
use proptest::prelude::*;

use super::*;

mod spoiled;

const SECRET: [u8; 32] = [3; 32];

/// Keys of every group, and what writes codes with them.
struct Kit {
    serials: SerialCipher,
    seals: SealKeys,
    check: Box<dyn Fn(&UnitParts<'_>) -> SealCheck>,
}

impl Kit {
    fn new() -> Self {
        Self::with(KeyState::Active)
    }

    fn with(state: KeyState) -> Self {
        let key = |(group, number): (Group, u32)| {
            let material = match group {
                Group::Shoes | Group::Clothes => {
                    let public = SecretSealKey::from_seed(&SECRET).public_bytes();
                    SealMaterial::Ed25519(PublicSealKey::new(public).unwrap())
                }
                _ => SealMaterial::Hmac(HmacSealKey::new(&SECRET)),
            };
            SealKey { id: KeyId::of_number(number), group, state, material }
        };
        let seals = SealKeys::new(Group::ALL.into_iter().zip(1..).map(key)).unwrap();
        let checks = seals.clone();
        let check = Box::new(move |parts: &UnitParts<'_>| checks.check(parts));
        Self { serials: SerialCipher::new(&[7; 32]), seals, check }
    }

    fn reader(&self) -> Reader<'_> {
        Reader { serials: &self.serials, seals: &self.seals, check: &*self.check, sign: &sign, scanned: false }
    }

    fn locate(&self, text: &str) -> Location {
        Reader { scanned: scan::is_scanned(text), ..self.reader() }.locate(text)
    }

    fn key(&self, group: Group) -> KeyId {
        self.seals.iter().find(|key| key.group == group).unwrap().id
    }

    fn code(&self, group: Group, place: u32) -> String {
        let gtin = gtin();
        let price = matches!(group, Group::TobaccoBlock | Group::TobaccoPack).then_some(900);
        let serial = match group.layout().serial {
            SerialScheme::Long => self.serials.long(gtin, OrderPlace::new(12, place).unwrap()),
            SerialScheme::Short(length) => self.serials.short(gtin, place.into(), length).unwrap(),
            SerialScheme::Stamp => {
                let number = StampNumber::new("KZ", place).unwrap();
                let mark = stamp::mark(&HmacSealKey::new(&SECRET), self.key(group), number);
                return stamp::link("tanba.kz", number, mark);
            }
        };
        let writer = CodeWriter::new(group, gtin, self.key(group), price).unwrap();
        let message = writer.message(&serial).unwrap();
        let hmac = HmacSealKey::new(&SECRET);
        let tail = match group.layout().tail.characters() {
            88 => Tail::of_signature(&SecretSealKey::from_seed(&SECRET).sign(message.as_bytes())),
            44 => hmac.tail_44(&message),
            _ => hmac.tail_4(&message),
        };
        writer.code(&serial, tail.as_str())
    }
}

/// The seal of a key of shoes or clothes.
#[expect(clippy::unnecessary_wraps, reason = "the shape of a signer")]
fn sign(_: KeyId, message: &Message) -> Option<Seal> {
    Some(Seal::of_signature(&SecretSealKey::from_seed(&SECRET).sign(message.as_bytes())))
}

fn gtin() -> Gtin {
    "04870001234560".parse().unwrap()
}

fn unit(location: Location) -> UnitLocation {
    match location {
        Location::Unit(unit) => unit,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_code_of_every_group_leads_to_its_place_with_a_seal_that_holds() {
    let kit = Kit::new();
    for group in Group::ALL {
        let found = unit(kit.locate(&kit.code(group, 345)));
        let place = match Sequence::of(group, gtin()) {
            None => Place::Order { order: 12, index: 345 },
            Some(sequence) => Place::Sequence { sequence, place: 345 },
        };
        assert_eq!((found.place, found.group), (place, Some(group)));
        assert_eq!(found.seal, SealCheck::Holds { key: kit.key(group) }, "{group}");
        assert!(found.repaired.is_empty());
        assert_eq!(found.gtin, (group != Group::Alcohol).then(gtin));
    }
}

#[test]
fn faults_of_scanners_are_undone_and_named() {
    let kit = Kit::new();
    for group in [Group::Shoes, Group::Medicines, Group::Water] {
        for place in 0..20 {
            let code = kit.code(group, place);
            let swapped: String = code
                .chars()
                .map(|c| match c {
                    'y' => 'z',
                    'z' => 'y',
                    'Y' => 'Z',
                    'Z' => 'Y',
                    c => c,
                })
                .collect();
            let flipped: String = code
                .chars()
                .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
                .collect();
            let faults = [
                (flipped, Repair::CaseFlipped),
                (swapped, Repair::YzSwapped),
                (code.replace('\u{1d}', ""), Repair::LostSeparators),
                (code.replace('\u{1d}', "{GS}"), Repair::TypedSeparators),
                (format!(" {code} "), Repair::TypedSpaces),
            ];
            for (text, repair) in faults.into_iter().filter(|(text, _)| *text != code) {
                let found = unit(kit.locate(&text));
                assert_eq!(found.place, Place::Order { order: 12, index: place }, "{text}");
                assert!(matches!(found.seal, SealCheck::Holds { .. }), "{text}: {found:?}");
                assert_eq!(found.repaired, [repair], "{text}");
            }
        }
    }
}

#[test]
fn a_long_serial_typed_without_its_seal_is_found_and_a_short_one_is_not() {
    let kit = Kit::new();
    let code = kit.code(Group::Shoes, 5);
    let typed = format!("({}){}({}){}", &code[..2], &code[2..16], &code[16..18], &code[18..31]);
    let found = unit(kit.locate(&typed));
    assert_eq!((found.place, found.seal), (Place::Order { order: 12, index: 5 }, SealCheck::Missing));
    let spaced = format!("01 {} 21 {}", &code[2..16], &code[18..31]);
    let found = unit(kit.locate(&spaced));
    assert_eq!((found.seal, found.repaired.as_slice()), (SealCheck::Missing, &[Repair::TypedSpaces][..]));
    let code = kit.code(Group::Dairy, 5);
    let location = kit.locate(&code[..24]);
    assert!(matches!(location, Location::Unsealed { seal: SealCheck::Missing, .. }), "{location:?}");
}

/// X9: what anybody could invent is refused before anybody looks it up.
#[test]
fn invented_short_serials_and_stamps_lead_to_no_place() {
    let kit = Kit::new();
    for group in [Group::Dairy, Group::TobaccoBlock, Group::TobaccoPack, Group::Alcohol] {
        let mut code = kit.code(group, 5);
        let last = code.pop().unwrap();
        code.push(if last == 'A' { 'B' } else { 'A' });
        // A mark that somebody typed may have a wrong character; one that a scanner has read has none.
        let code = if group == Group::Alcohol { format!("]Q1{code}") } else { code };
        let location = kit.locate(&code);
        assert!(matches!(location, Location::Unsealed { seal: SealCheck::DoesNotMatch, .. }), "{location:?}");
    }
}

#[test]
fn a_wrong_seal_on_a_serial_of_ours_is_told_with_its_place() {
    let kit = Kit::new();
    let (one, other) = (kit.code(Group::Shoes, 1), kit.code(Group::Shoes, 2));
    let mixed = format!("{}{}", &one[..31], &other[31..]);
    let found = unit(kit.locate(&mixed));
    assert_eq!(found.seal, SealCheck::DoesNotMatch);
}

/// A key in the wrong hands proves nothing any more, and says so.
#[test]
fn a_seal_of_a_revoked_key_is_named_as_such() {
    let kit = Kit::with(KeyState::Revoked);
    for group in Group::ALL {
        let seal = match kit.locate(&kit.code(group, 1)) {
            Location::Unit(unit) => unit.seal,
            Location::Unsealed { seal, .. } => seal,
            other => panic!("{other:?}"),
        };
        assert_eq!(seal, SealCheck::KeyRevoked { key: kit.key(group) }, "{group}");
    }
}

#[test]
fn codes_of_other_states_are_not_ours_and_no_fault() {
    let kit = Kit::new();
    let foreign = "010290000059848521QRYY3*4FN;rAO\u{1d}918039\u{1d}92NEbFr8pJB4HOTcbrBsKy40qJQ/Fs4pxMFn80IKUFJLBwGAiPp5nv+YCBww110fO3YZJH3uWFs8eumIczN1HTbQ==";
    let water = "0104600840749372215!IS(;~93dGVz".replace('~', "\u{1d}");
    let pack = "00000046198488X?io+qCABm8wAYa";
    for (text, expected) in [(foreign, true), (water.as_str(), true), (pack, true)] {
        let location = kit.locate(text);
        let Location::NotIssued { foreign, .. } = location else { panic!("{location:?}") };
        assert_eq!(foreign, expected, "{text}");
    }
}

#[test]
fn packs_products_and_other_texts_are_told_apart() {
    let kit = Kit::new();
    let locate = |text: &str| kit.locate(text);
    assert!(matches!(locate("(00)376104250021234569"), Location::Pack { .. }));
    assert!(
        matches!(locate("00 376104250021234569"), Location::Pack { repaired, .. } if repaired == [Repair::TypedSpaces])
    );
    assert!(matches!(locate("4600840749372"), Location::Product { .. }));
    assert!(matches!(locate("(99)LOT7"), Location::NotACode { error: None }));
    assert!(matches!(locate("hello there"), Location::NotACode { error: Some(_) }));
    assert!(matches!(locate(""), Location::NotACode { error: Some(_) }));
}

proptest! {
    /// X40: any text is located or refused.
    #[test]
    fn any_text_is_answered(text in "\\PC{0,80}") {
        let kit = Kit::new();
        let _ = kit.locate(&text);
    }

    /// X9: an invented long serial leads nowhere but for one in 16,384, and its seal never holds.
    #[test]
    fn an_invented_serial_with_an_invented_seal_never_holds(serial in "[2-9A-HJ-NP-Z]{12}", tail in "[A-Za-z0-9+/]{86}") {
        let kit = Kit::new();
        let key = kit.key(Group::Shoes);
        let text = format!("01{}213{serial}\u{1d}91{key}\u{1d}92{tail}==", gtin());
        if let Location::Unit(unit) = kit.locate(&text) {
            let proves = matches!(unit.seal, SealCheck::Holds { .. } | SealCheck::Missing);
            prop_assert!(!proves);
        }
    }
}
