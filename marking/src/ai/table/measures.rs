//! Weights, sizes and volumes (31–36) and amounts of money (39). The last digit of these AIs says
//! how many decimals the value has.

use super::{PACK_OR_TRADE, TRADE, TRADE_OR_CONTENT};
use crate::ai::row::{Part, Row, digits, digits_to};
use crate::ai::rule::Rule::Currency;

const CURRENCY: Part = digits(3).is(&[Currency]);

/// What a price can be for: a count or a measure.
const AMOUNT: &[&str] = &["30", "31nn", "32nn", "35nn", "36nn"];

const SIX_DIGITS: &[Part] = &[digits(6)];

/// Six digits with up to five decimals; one measure of a kind is given once.
const fn measure(first: &'static str, of: &'static [&'static str], kind: &'static [&'static str]) -> Row {
    Row::ai(first, SIX_DIGITS).to(b'5').predefined().needs(of).excludes(kind)
}

/// A measure of what is sold.
const fn net(first: &'static str, kind: &'static [&'static str]) -> Row {
    measure(first, TRADE_OR_CONTENT, kind)
}

/// A measure of what is carried.
const fn gross(first: &'static str, kind: &'static [&'static str]) -> Row {
    measure(first, PACK_OR_TRADE, kind)
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    net("3100", &["310n"]), // net weight (kg)
    net("3110", &["311n"]), // length (m)
    net("3120", &["312n"]), // width (m)
    net("3130", &["313n"]), // height (m)
    net("3140", &["314n"]), // area (m²)
    net("3150", &["315n"]), // net volume (l)
    net("3160", &["316n"]), // net volume (m³)
    net("3200", &["320n"]), // net weight (lb)
    net("3210", &["321n"]), // length (in)
    net("3220", &["322n"]), // length (ft)
    net("3230", &["323n"]), // length (yd)
    net("3240", &["324n"]), // width (in)
    net("3250", &["325n"]), // width (ft)
    net("3260", &["326n"]), // width (yd)
    net("3270", &["327n"]), // height (in)
    net("3280", &["328n"]), // height (ft)
    net("3290", &["329n"]), // height (yd)
    gross("3300", &["330n"]), // gross weight (kg)
    gross("3310", &["331n"]), // length (m)
    gross("3320", &["332n"]), // width (m)
    gross("3330", &["333n"]), // height (m)
    gross("3340", &["334n"]), // area (m²)
    gross("3350", &["335n"]), // volume (l)
    gross("3360", &["336n"]), // volume (m³)
    measure("3370", TRADE, &["337n"]), // kilograms per m²
    gross("3400", &["340n"]), // gross weight (lb)
    gross("3410", &["341n"]), // length (in)
    gross("3420", &["342n"]), // length (ft)
    gross("3430", &["343n"]), // length (yd)
    gross("3440", &["344n"]), // width (in)
    gross("3450", &["345n"]), // width (ft)
    gross("3460", &["346n"]), // width (yd)
    gross("3470", &["347n"]), // height (in)
    gross("3480", &["348n"]), // height (ft)
    gross("3490", &["349n"]), // height (yd)
    net("3500", &["350n"]), // area (in²)
    net("3510", &["351n"]), // area (ft²)
    net("3520", &["352n"]), // area (yd²)
    gross("3530", &["353n"]), // area (in²)
    gross("3540", &["354n"]), // area (ft²)
    gross("3550", &["355n"]), // area (yd²)
    net("3560", &["356n"]), // net weight (tr oz)
    net("3570", &["357n"]), // net volume (oz)
    net("3600", &["360n"]), // net volume (US quarts)
    net("3610", &["361n"]), // net volume (US gallons)
    gross("3620", &["362n"]), // volume (US quarts)
    gross("3630", &["363n"]), // volume (US gallons)
    net("3640", &["364n"]), // net volume (in³)
    net("3650", &["365n"]), // net volume (ft³)
    net("3660", &["366n"]), // net volume (yd³)
    gross("3670", &["367n"]), // volume (in³)
    gross("3680", &["368n"]), // volume (ft³)
    gross("3690", &["369n"]), // volume (yd³)
    Row::ai("3900", &[digits_to(15)]).to(b'9').needs(&["255", "8020"]).excludes(&["390n", "391n", "394n", "8111"]), // amount to pay
    Row::ai("3910", &[CURRENCY, digits_to(15)]).to(b'9').needs(&["8020"]).excludes(&["391n"]), // amount to pay
    Row::ai("3920", &[digits_to(15)]).to(b'9').needs(&["01+30", "01+31nn", "01+32nn", "01+35nn", "01+36nn"]).excludes(&["392n", "393n"]), // price
    Row::ai("3930", &[CURRENCY, digits_to(15)]).to(b'9').needs(AMOUNT).excludes(&["393n"]), // price
    Row::ai("3940", &[digits(4)]).to(b'3').needs(&["255"]).excludes(&["394n", "8111"]), // discount in percent
    Row::ai("3950", &[digits(6)]).to(b'5').needs(AMOUNT).excludes(&["392n", "393n", "395n", "8005"]), // price per unit of measure
];
