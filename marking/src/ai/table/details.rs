//! Details by trade: food, refurbishing, health care, certificates, persons (7).

use super::{CLOCK, DAY, ITEM, ITEM_BUT_03, OWN_ITEM, PACK, RELATION, TRADE, TRADE_OR_CONTENT, name};
use crate::ai::row::{Part, Row, digits, digits_to, text, text_to};
use crate::ai::rule::Rule::{
    CompanyPrefix, CountryOr999, ImporterIndex, LongDate, MediaType, PackageType, PositionOfEnd, Sex,
};

const RECIPIENT: &[&str] = &["8018"];
const COUNTRY_OR_999: Part = digits(3).is(&[CountryOr999]);
const BIRTHDAY: Part = digits(8).is(&[LongDate]);

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    Row::ai("7001", &[digits(13)]).needs(ITEM_BUT_03), // stock number (NATO)
    Row::ai("7002", &[text_to(30)]).needs(TRADE_OR_CONTENT), // cut of meat
    Row::ai("7003", &[DAY, CLOCK]).needs(ITEM), // use by, to the minute
    Row::ai("7004", &[digits_to(4)]).needs(&["01+10", "03+10"]), // potency
    Row::ai("7005", &[text_to(12)]).needs(TRADE_OR_CONTENT), // catch area
    Row::ai("7006", &[DAY]).needs(TRADE_OR_CONTENT), // first frozen on
    Row::ai("7007", &[DAY, DAY.maybe()]).needs(TRADE_OR_CONTENT), // harvested on, or from and to
    Row::ai("7008", &[text_to(3)]).needs(TRADE_OR_CONTENT), // species of fish
    Row::ai("7009", &[text_to(10)]).needs(TRADE_OR_CONTENT), // fishing gear
    Row::ai("7010", &[text_to(2)]).needs(ITEM), // production method
    Row::ai("7011", &[DAY, CLOCK.maybe()]).needs(ITEM), // test by
    Row::ai("7020", &[text_to(20)]).needs(&["01+416", "03+416", "8006+416"]), // refurbishment lot
    Row::ai("7021", &[text_to(20)]).needs(OWN_ITEM), // functional status
    Row::ai("7022", &[text_to(20)]).needs(&["01+7021", "03+7021", "8006+7021"]), // revision status
    Row::ai("7023", &[text_to(30).is(&[CompanyPrefix])]), // asset number of an assembly
    Row::ai("7030", &[COUNTRY_OR_999, text_to(27)]).to(b'9').needs(TRADE_OR_CONTENT), // processors 0 to 9
    Row::ai("7040", &[digits(1), text(1), text(1), text(1).is(&[ImporterIndex])]).path_only(), // facility and machine identifiers (EU 2018/574)
    Row::ai("7041", &[text_to(4).is(&[PackageType])]).path_only().needs(PACK), // freight unit type
    Row::ai("710", &[text_to(20)]).to(b'7').needs(TRADE), // national health numbers: PZN, CIP, CN, DRN, AIM, NDC, AIC, SRN
    Row::ai("7230", &[text(2), text_to(28)]).to(b'9').needs(&["01", "8004"]), // certificates 1 to 10
    Row::ai("7240", &[text_to(20)]).needs(&["01", "8006"]).excludes(&["03"]), // protocol
    Row::ai("7241", &[digits(2).is(&[MediaType])]).needs(RELATION), // media type
    Row::ai("7242", &[text_to(25)]).needs(RELATION), // version control number
    Row::ai("7250", &[BIRTHDAY]).needs(RECIPIENT).excludes(&["7251"]), // born on
    Row::ai("7251", &[BIRTHDAY, CLOCK]).needs(RECIPIENT).excludes(&["7250"]), // born at
    Row::ai("7252", &[digits(1).is(&[Sex])]).needs(RECIPIENT), // sex
    Row::ai("7253", &[name(40)]).needs(RELATION).excludes(&["7256", "7259"]), // family name
    Row::ai("7254", &[name(40)]).needs(RELATION).excludes(&["7256", "7259"]), // given name
    Row::ai("7255", &[text_to(10)]).needs(RELATION).excludes(&["7256", "7259"]), // name suffix
    Row::ai("7256", &[name(90)]).needs(RELATION), // full name
    Row::ai("7257", &[name(70)]).needs(RECIPIENT), // address
    Row::ai("7258", &[text(3).is(&[PositionOfEnd])]).needs(&["8018+7259"]), // birth sequence
    Row::ai("7259", &[name(40)]).needs(RECIPIENT).excludes(&["7256"]), // baby of
];
