//! Assets, services, coupons, signatures and everybody's own use (8 and 9).

use super::{DAY, GLN, GTIN, ITEM, NUMBER18, OWN_ITEM, RELATION, TRADE, TRADE_OR_CONTENT};
use crate::ai::row::{Part, Row, base64_to, digits, digits_to, plain_to, text_to};
use crate::ai::rule::Rule::{
    CheckPair, CompanyPrefix, Coupon, CouponOffer, Hour, Iban, Minute, NoLeadingZero, NonDigit, NonZero, PieceOfTotal,
    Second, Winding, Zero,
};

const PIECE: Part = digits(4).is(&[PieceOfTotal]);

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    Row::ai("8001", &[digits(4).is(&[NonZero]), digits(5).is(&[NonZero]), digits(3).is(&[NonZero]), digits(1).is(&[Winding]), digits(1)]).needs(TRADE), // rolls: width, length, core, winding, splices
    Row::ai("8002", &[text_to(20)]), // mobile telephone
    Row::ai("8003", &[digits(1).is(&[Zero]), GLN, text_to(16).maybe()]).key(&[&[]]), // returnable asset
    Row::ai("8004", &[text_to(30).is(&[CompanyPrefix])]).key(&[&["7040"]]), // individual asset
    Row::ai("8005", &[digits(6)]).needs(TRADE_OR_CONTENT), // price per unit
    Row::ai("8006", &[GTIN, PIECE]).excludes(&["01", "03", "37"]).key(&[&["22", "10", "21"]]), // piece of a trade item
    Row::ai("8007", &[text_to(34).is(&[Iban])]).needs(&["415"]), // bank account
    Row::ai("8008", &[DAY, digits(2).is(&[Hour]), digits(2).is(&[Minute]).maybe(), digits(2).is(&[Second]).maybe()]).needs(ITEM), // made at
    Row::ai("8009", &[text_to(50)]).needs(&["00", "01", "03"]), // sensor
    Row::ai("8010", &[plain_to(30).is(&[CompanyPrefix])]).key(&[&["8011"]]), // component
    Row::ai("8011", &[digits_to(12).is(&[NoLeadingZero])]).path_only().needs(&["8010"]), // component serial
    Row::ai("8012", &[text_to(20)]).needs(OWN_ITEM), // software version
    Row::ai("8013", &[text_to(25).is(&[CheckPair, CompanyPrefix])]).key(&[&[]]), // model
    Row::ai("8014", &[text_to(25).is(&[CheckPair, CompanyPrefix, NonDigit])]).path_only().needs(TRADE), // regulated device model
    Row::ai("8017", &[NUMBER18]).excludes(&["8018"]).key(&[&["8019"]]), // service provider
    Row::ai("8018", &[NUMBER18]).excludes(&["8017"]).key(&[&["8019"]]), // service recipient
    Row::ai("8019", &[digits_to(10)]).path_only().needs(RELATION), // service relation instance
    Row::ai("8020", &[text_to(25)]).path_only().needs(&["415"]), // payment slip
    Row::ai("8026", &[GTIN, PIECE]).needs(&["37"]).excludes(&["02", "03", "8006"]), // pieces in a pack
    Row::ai("8030", &[base64_to(90)]).needs(&["00", "01+21", "03+21", "253", "255", "8003", "8004", "8006+21", "8010+8011", "8017", "8018"]), // digital signature
    Row::ai("8040", &[digits(15)]).path_only().needs(&["01+21"]), // IMEI
    Row::ai("8041", &[digits(15)]).path_only().needs(&["01+21+8040"]), // second IMEI
    Row::ai("8042", &[digits(32)]).path_only().needs(&["01+21+8040"]), // eSIM
    Row::ai("8043", &[digits(18), digits_to(2).maybe()]).path_only().needs(&["01+21+8040"]), // SIM card
    Row::ai("8110", &[text_to(70).is(&[Coupon])]), // coupon (North America)
    Row::ai("8111", &[digits(4)]).needs(&["255"]), // loyalty points
    Row::ai("8112", &[text_to(70).is(&[CouponOffer])]), // coupon, positive offer file (North America)
    Row::ai("8200", &[text_to(70)]).path_only().needs(TRADE), // web address
    Row::ai("90", &[text_to(30)]), // own use
    Row::ai("91", &[text_to(90)]).to(b'9'), // own use
];
