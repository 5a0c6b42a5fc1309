//! Product groups, and how the code of each is laid out on a label.
//!
//! | group | code (`␝` is the separator GS, 0x1D) | seal |
//! |---|---|---|
//! | shoes, clothes | `01` GTIN `21` serial 13 `␝91` key 4 `␝92` tail 88 | Ed25519: a phone checks it offline |
//! | medicines | `01` GTIN `21` serial 13 `␝91` key 4 `␝92` tail 44 | HMAC-SHA-256: the label is small |
//! | water | `01` GTIN `21` serial 13 `␝93` tail 4 | 24 bits of HMAC-SHA-256, checked online |
//! | dairy | `01` GTIN `21` serial 6 `␝93` tail 4 | the same |
//! | tobacco block | `01` GTIN `21` serial 7 `␝8005` price 6 `␝93` tail 4 | the same |
//! | tobacco pack | GTIN, serial 7, price 4, tail 4: 29 characters and no AIs | the same |
//! | alcohol | a link on the stamp, see [`crate::stamp`] | 65 bits of HMAC-SHA-256 |
//!
//! The layouts are those of codes in circulation. What a price field holds is published nowhere, so it is
//! defined here: the price in whole tenge. AI 8005 has six digits, so a block costs at most 999,999 tenge;
//! with two decimals, as other countries print it, ten packs would not fit. The pack's four characters
//! hold the number in [`alphabet::SHORT`], most significant first, at most 11,316,495 tenge.
//!
//! Codes are written without a leading FNC1: a printer adds it, and a scanner does not tell it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::alphabet;
use crate::gtin::Gtin;
use crate::seal::{KeyId, Message};
use crate::serial::{self, ShortLength};
use crate::status::UnknownSlug;

/// The separator between variable fields: GS, which FNC1 becomes in software.
pub const GS: char = '\u{1d}';

/// The highest price that the six digits of a tobacco block hold, in tenge.
pub const MAX_BLOCK_PRICE: u32 = 999_999;

/// The highest price that the four characters of a tobacco pack hold, in tenge.
pub const MAX_PACK_PRICE: u32 = 58_u32.pow(4) - 1;

/// A group of goods with rules and a code layout of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Footwear.
    Shoes,
    /// Clothes and linen.
    Clothes,
    /// Medicines.
    Medicines,
    /// Packed water.
    Water,
    /// Milk products.
    Dairy,
    /// Blocks (cartons) of tobacco packs.
    TobaccoBlock,
    /// Single tobacco packs.
    TobaccoPack,
    /// Alcohol under accounting-control stamps.
    Alcohol,
}

/// How the serials of a group are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SerialScheme {
    /// Thirteen characters that hold the order and the index in it.
    Long,
    /// Six or seven characters that hold the place in the GTIN's sequence.
    Short(ShortLength),
    /// No serial: the stamp's series and number.
    Stamp,
}

/// What stands at the end of a code and proves that the register issued it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TailKind {
    /// AI 92, 88 characters of Base64: an Ed25519 signature.
    Ed25519,
    /// AI 92, 44 characters of Base64: HMAC-SHA-256.
    Hmac,
    /// AI 93 or the end of a pack's code, 4 characters of Base64url: 24 bits of HMAC-SHA-256.
    Short,
    /// The end of a stamp's link, 13 characters of [`alphabet::LONG`]: 65 bits of HMAC-SHA-256.
    Mark,
}

/// How the parts of a code are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// AIs 01, 21, 91 and 92.
    KeyAndSeal,
    /// AIs 01, 21 and 93.
    ShortSeal,
    /// AIs 01, 21, 8005 and 93.
    PricedShortSeal,
    /// Twenty-nine characters without AIs.
    TobaccoPack,
    /// A link.
    StampLink,
}

/// The layout of a group's codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    /// How serials are made.
    pub serial: SerialScheme,
    /// What the seal is.
    pub tail: TailKind,
    /// How the parts are put together.
    pub form: Form,
}

impl Group {
    /// Every group.
    pub const ALL: [Self; 8] = [
        Self::Shoes,
        Self::Clothes,
        Self::Medicines,
        Self::Water,
        Self::Dairy,
        Self::TobaccoBlock,
        Self::TobaccoPack,
        Self::Alcohol,
    ];

    /// The layout of the group's codes: the table at the head of this module.
    pub fn layout(self) -> Layout {
        let (serial, tail, form) = match self {
            Self::Shoes | Self::Clothes => (SerialScheme::Long, TailKind::Ed25519, Form::KeyAndSeal),
            Self::Medicines => (SerialScheme::Long, TailKind::Hmac, Form::KeyAndSeal),
            Self::Water => (SerialScheme::Long, TailKind::Short, Form::ShortSeal),
            Self::Dairy => (SerialScheme::Short(ShortLength::Six), TailKind::Short, Form::ShortSeal),
            Self::TobaccoBlock => (SerialScheme::Short(ShortLength::Seven), TailKind::Short, Form::PricedShortSeal),
            Self::TobaccoPack => (SerialScheme::Short(ShortLength::Seven), TailKind::Short, Form::TobaccoPack),
            Self::Alcohol => (SerialScheme::Stamp, TailKind::Mark, Form::StampLink),
        };
        Layout { serial, tail, form }
    }

    /// The stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Shoes => "shoes",
            Self::Clothes => "clothes",
            Self::Medicines => "medicines",
            Self::Water => "water",
            Self::Dairy => "dairy",
            Self::TobaccoBlock => "tobacco-block",
            Self::TobaccoPack => "tobacco-pack",
            Self::Alcohol => "alcohol",
        }
    }
}

impl FromStr for Group {
    type Err = UnknownSlug;

    fn from_str(text: &str) -> Result<Self, UnknownSlug> {
        let mut all = Self::ALL.into_iter();
        all.find(|group| group.slug() == text).ok_or(UnknownSlug)
    }
}

impl fmt::Display for Group {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.slug())
    }
}

impl SerialScheme {
    /// How many characters a serial has, the issuing state's included; zero for stamps, which have none.
    pub fn characters(self) -> usize {
        match self {
            Self::Long => serial::LONG_LENGTH,
            Self::Short(length) => length.characters(),
            Self::Stamp => 0,
        }
    }
}

impl TailKind {
    /// How many characters the tail has.
    pub fn characters(self) -> usize {
        match self {
            Self::Ed25519 => 88,
            Self::Hmac => 44,
            Self::Short => 4,
            Self::Mark => 13,
        }
    }
}

/// Why the codes of an order cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// The group's codes carry a price, and none was given.
    #[error("codes of this group carry a price")]
    PriceMissing,
    /// The group's codes have no field for a price.
    #[error("codes of this group carry no price")]
    PriceNotCarried,
    /// The price is above what the field holds.
    #[error("a price of {price} tenge is above {highest}, which is all that the field holds")]
    PriceTooHigh {
        /// The price given, in tenge.
        price: u32,
        /// The highest price that the field holds, in tenge.
        highest: u32,
    },
    /// The group has stamps, whose links [`crate::stamp::link`] writes.
    #[error("goods of this group carry stamps, not codes")]
    Stamps,
}

/// Writes the codes of one order: all that its codes share is prepared once.
#[derive(Clone, Debug)]
pub struct CodeWriter {
    tail: TailKind,
    gtin: Gtin,
    key: KeyId,
    price: Option<String>,
    before: String,
    between: String,
}

impl CodeWriter {
    /// Prepares the codes of a product, sealed with a key, with the price in tenge where the group's
    /// codes carry one.
    pub fn new(group: Group, gtin: Gtin, key: KeyId, price: Option<u32>) -> Result<Self, Unwritable> {
        let layout = group.layout();
        let price = price_field(layout.form, price)?;
        let field = price.as_deref().unwrap_or_default();
        let (before, between) = match layout.form {
            Form::KeyAndSeal => (format!("01{gtin}21"), format!("{GS}91{key}{GS}92")),
            Form::ShortSeal => (format!("01{gtin}21"), format!("{GS}93")),
            Form::PricedShortSeal => (format!("01{gtin}21"), format!("{GS}8005{field}{GS}93")),
            Form::TobaccoPack => (gtin.to_string(), field.to_owned()),
            Form::StampLink => return Err(Unwritable::Stamps),
        };
        Ok(Self { tail: layout.tail, gtin, key, price, before, between })
    }

    /// The message that the seal of this serial stands over; `None` for more than twenty characters.
    pub fn message(&self, serial: &str) -> Option<Message> {
        let price = self.price.as_deref();
        Message::new(self.tail, self.gtin, serial, self.key, price)
    }

    /// Appends a code to a text.
    pub fn write(&self, serial: &str, tail: &str, code: &mut String) {
        let parts = [&self.before, serial, &self.between, tail];
        code.reserve(parts.iter().map(|part| part.len()).sum());
        for part in parts {
            code.push_str(part);
        }
    }

    /// A code as a text of its own.
    pub fn code(&self, serial: &str, tail: &str) -> String {
        let mut code = String::new();
        self.write(serial, tail, &mut code);
        code
    }
}

/// The characters of the price field; `None` for a form without one.
fn price_field(form: Form, price: Option<u32>) -> Result<Option<String>, Unwritable> {
    let highest = match form {
        Form::PricedShortSeal => MAX_BLOCK_PRICE,
        Form::TobaccoPack => MAX_PACK_PRICE,
        _ if price.is_some() => return Err(Unwritable::PriceNotCarried),
        _ => return Ok(None),
    };
    let price = price.ok_or(Unwritable::PriceMissing)?;
    if price > highest {
        return Err(Unwritable::PriceTooHigh { price, highest });
    }
    Ok(match form {
        Form::TobaccoPack => pack_price(price),
        _ => Some(format!("{price:06}")),
    })
}

/// A price in tenge as the four characters of a tobacco pack; `None` above [`MAX_PACK_PRICE`].
pub fn pack_price(tenge: u32) -> Option<String> {
    let mut field = [0; 4];
    let fits = alphabet::SHORT.write(tenge.into(), &mut field);
    fits.then(|| field.into_iter().map(char::from).collect())
}

/// The price in tenge that the four characters of a tobacco pack hold; `None` when they are not of
/// [`alphabet::SHORT`]: the pack was not marked here.
pub fn read_pack_price(field: &str) -> Option<u32> {
    let price = alphabet::SHORT.read(field)?;
    (field.len() == 4).then(|| u32::try_from(price).ok())?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn writer(group: Group, price: Option<u32>) -> Result<CodeWriter, Unwritable> {
        let gtin = "04870001234560".parse().unwrap();
        CodeWriter::new(group, gtin, "k7Qa".parse().unwrap(), price)
    }

    fn code(group: Group, price: Option<u32>) -> String {
        let layout = group.layout();
        let serial = &"3ABCDEFGHJKLM"[..layout.serial.characters()];
        let tail = "t".repeat(layout.tail.characters());
        writer(group, price).unwrap().code(serial, &tail)
    }

    #[test]
    fn codes_are_laid_out_as_on_goods_in_circulation() {
        let long = "0104870001234560213ABCDEFGHJKLM";
        let (t88, t44) = ("t".repeat(88), "t".repeat(44));
        assert_eq!(code(Group::Shoes, None), format!("{long}\x1d91k7Qa\x1d92{t88}"));
        assert_eq!(code(Group::Clothes, None), code(Group::Shoes, None));
        assert_eq!(code(Group::Medicines, None), format!("{long}\x1d91k7Qa\x1d92{t44}"));
        assert_eq!(code(Group::Water, None), format!("{long}\x1d93tttt"));
        assert_eq!(code(Group::Dairy, None), "0104870001234560213ABCDE\x1d93tttt");
        assert_eq!(code(Group::TobaccoBlock, Some(12_000)), "0104870001234560213ABCDEF\x1d8005012000\x1d93tttt");
        assert_eq!(code(Group::TobaccoPack, Some(0)), "048700012345603ABCDEF1111tttt");
        assert_eq!(code(Group::TobaccoPack, Some(1_200)).len(), 29);
        assert_eq!(writer(Group::Alcohol, None).unwrap_err(), Unwritable::Stamps);
    }

    #[test]
    fn prices_stand_where_the_group_has_a_field_and_nowhere_else() {
        let refused = |group, price| writer(group, price).unwrap_err();
        assert_eq!(refused(Group::Shoes, Some(1)), Unwritable::PriceNotCarried);
        assert_eq!(refused(Group::TobaccoPack, None), Unwritable::PriceMissing);
        for (group, highest) in [(Group::TobaccoBlock, MAX_BLOCK_PRICE), (Group::TobaccoPack, MAX_PACK_PRICE)] {
            assert!(writer(group, Some(highest)).is_ok());
            let price = highest + 1;
            assert_eq!(refused(group, Some(price)), Unwritable::PriceTooHigh { price, highest });
        }
        assert_eq!(pack_price(MAX_PACK_PRICE + 1), None);
        assert_eq!(read_pack_price("AB0D"), None);
        assert_eq!(read_pack_price("ABC"), None);
        assert_eq!(read_pack_price("zzzz"), Some(MAX_PACK_PRICE));
    }

    #[test]
    fn a_slug_names_one_group() {
        for group in Group::ALL {
            assert_eq!(group.slug().parse(), Ok(group));
            assert_eq!(serde_json::to_value(group).unwrap(), serde_json::json!(group.slug()));
        }
        assert_eq!("shoe".parse::<Group>(), Err(UnknownSlug));
    }

    proptest! {
        #[test]
        fn a_pack_price_reads_back(price in 0..=MAX_PACK_PRICE) {
            let field = pack_price(price).unwrap();
            prop_assert_eq!(field.len(), 4);
            prop_assert_eq!(read_pack_price(&field), Some(price));
        }

        /// X40: any text is read or refused.
        #[test]
        fn any_price_field_is_read_or_refused_without_a_panic(field: String) {
            let _ = read_pack_price(&field);
        }
    }
}
