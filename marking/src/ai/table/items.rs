//! Trade items and packs: what a thing is, which one, made and used when, and how many.

use super::{
    ANY_ITEM, DAY_OR_MONTH, GLN, GTIN, ITEM_BUT_03, NUMBER18, OWN_ITEM, TRADE, TRADE_OR_CONTENT, TRADE_OR_MADE,
};
use crate::ai::row::{Row, digits, digits_to, text_to};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    Row::ai("00", &[NUMBER18]).predefined().key(&[&[]]), // transport pack (SSCC)
    Row::ai("01", &[GTIN]).predefined().excludes(&["255", "37"]).key(&[&["22", "10", "21"], &["235"]]), // trade item (GTIN)
    Row::ai("02", &[GTIN]).predefined().excludes(&["01", "03"]).needs(&["37"]), // GTIN of what a pack holds
    Row::ai("03", &[GTIN]).predefined().path_only().excludes(&["01", "02", "37", "235"]), // GTIN of an item made to order
    Row::ai("10", &[text_to(20)]).needs(ANY_ITEM), // batch
    Row::ai("11", &[DAY_OR_MONTH]).predefined().needs(ANY_ITEM), // made on
    Row::ai("12", &[DAY_OR_MONTH]).predefined().needs(&["8020"]), // payment due on
    Row::ai("13", &[DAY_OR_MONTH]).predefined().needs(ANY_ITEM), // packed on
    Row::ai("15", &[DAY_OR_MONTH]).predefined().needs(ANY_ITEM), // best before
    Row::ai("16", &[DAY_OR_MONTH]).predefined().needs(ANY_ITEM), // sell by
    Row::ai("17", &[DAY_OR_MONTH]).predefined().needs(&["01", "02", "03", "255", "8006", "8026"]), // use by
    Row::ai("20", &[digits(2)]).predefined().needs(ANY_ITEM), // internal variant
    Row::ai("21", &[text_to(20)]).path_only().needs(OWN_ITEM).excludes(&["235"]), // serial number
    Row::ai("22", &[text_to(20)]).path_only().needs(TRADE), // consumer product variant
    Row::ai("235", &[text_to(28)]).path_only().needs(TRADE), // serial number controlled by a third party
    Row::ai("240", &[text_to(30)]).needs(ANY_ITEM), // further identification by the maker
    Row::ai("241", &[text_to(30)]).needs(ANY_ITEM), // customer's part number
    Row::ai("242", &[digits_to(6)]).needs(ITEM_BUT_03), // made-to-order variation
    Row::ai("243", &[text_to(20)]).needs(TRADE_OR_MADE), // packaging component
    Row::ai("250", &[text_to(30)]).needs(&["01+21", "03+21", "8006+21"]), // second serial number
    Row::ai("251", &[text_to(30)]).needs(OWN_ITEM), // reference to the source
    Row::ai("253", &[GLN, text_to(17).maybe()]).key(&[&[]]), // document type
    Row::ai("254", &[text_to(20)]).path_only().needs(&["414"]), // extension of a location number
    Row::ai("255", &[GLN, digits_to(12).maybe()]).key(&[&[]]).excludes(&["01", "02", "415", "8006", "8020", "8026"]), // coupon number
    Row::ai("30", &[digits_to(8)]).needs(TRADE_OR_CONTENT), // count of variable items
    Row::ai("37", &[digits_to(8)]).needs(&["00+02", "00+8026"]), // count of items in the pack
];
