//! Parties, places, orders, origins and transport labels (4).

use super::{ANY_ITEM, CLOCK, DAY, DAY_OR_MONTH, GLN, ITEM, PACK, name};
use crate::ai::row::{Part, Row, digits, text, text_to};
use crate::ai::rule::Rule::{CheckDigit, CompanyPrefix, Country, CountryLetters, Hyphen, Latitude, Longitude, YesNo};

const COUNTRY: Part = digits(3).is(&[Country]);
const MORE: Part = COUNTRY.maybe();
const LETTERS: Part = text(2).is(&[CountryLetters]);
const YES_OR_NO: Part = digits(1).is(&[YesNo]);
const BELOW_ZERO: Part = text(1).is(&[Hyphen]).maybe();

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    Row::ai("400", &[text_to(30)]), // customer's order
    Row::ai("401", &[text_to(30).is(&[CompanyPrefix])]).key(&[&[]]), // consignment
    Row::ai("402", &[digits(17).is(&[CheckDigit])]).key(&[&[]]), // shipment
    Row::ai("403", &[text_to(30)]).needs(PACK), // route
    Row::ai("410", &[GLN]).predefined(), // deliver to
    Row::ai("411", &[GLN]).predefined(), // invoice to
    Row::ai("412", &[GLN]).predefined(), // bought from
    Row::ai("413", &[GLN]).predefined(), // deliver for
    Row::ai("414", &[GLN]).predefined().key(&[&["254"], &["7040"]]), // place
    Row::ai("415", &[GLN]).predefined().needs(&["8020"]).key(&[&["8020"]]), // pay to
    Row::ai("416", &[GLN]).predefined(), // made at
    Row::ai("417", &[GLN]).predefined().key(&[&["7040"]]), // party
    Row::ai("420", &[text_to(20)]).excludes(&["421"]), // postal code of delivery, within the country
    Row::ai("421", &[COUNTRY, text_to(9)]).excludes(&["4307"]), // country and postal code of delivery
    Row::ai("422", &[COUNTRY]).needs(ANY_ITEM).excludes(&["426"]), // country of origin
    Row::ai("423", &[COUNTRY, MORE, MORE, MORE, MORE]).needs(ITEM).excludes(&["426"]), // countries of first processing
    Row::ai("424", &[COUNTRY]).needs(ITEM).excludes(&["426"]), // country of processing
    Row::ai("425", &[COUNTRY, MORE, MORE, MORE, MORE]).needs(ITEM).excludes(&["426"]), // countries of disassembly
    Row::ai("426", &[COUNTRY]).needs(ITEM), // country of the whole process
    Row::ai("427", &[text_to(3)]).needs(&["01+422", "02+422", "03+422"]), // region of origin
    Row::ai("4300", &[name(35)]).needs(PACK), // deliver to company
    Row::ai("4301", &[name(35)]).needs(PACK), // deliver to name
    Row::ai("4302", &[name(70)]).needs(PACK), // deliver to address
    Row::ai("4303", &[name(70)]).needs(&["4302"]), // deliver to address, second line
    Row::ai("4304", &[name(70)]).needs(PACK), // deliver to suburb
    Row::ai("4305", &[name(70)]).needs(PACK), // deliver to locality
    Row::ai("4306", &[name(70)]).needs(PACK), // deliver to region
    Row::ai("4307", &[LETTERS]).needs(PACK), // deliver to country
    Row::ai("4308", &[text_to(30)]).needs(PACK), // deliver to phone
    Row::ai("4309", &[digits(10).is(&[Latitude]), digits(10).is(&[Longitude])]).needs(PACK), // deliver to (latitude, longitude)
    Row::ai("4310", &[name(35)]).needs(PACK), // return to company
    Row::ai("4311", &[name(35)]).needs(PACK), // return to name
    Row::ai("4312", &[name(70)]).needs(PACK), // return to address
    Row::ai("4313", &[name(70)]).needs(&["4312"]), // return to address, second line
    Row::ai("4314", &[name(70)]).needs(PACK), // return to suburb
    Row::ai("4315", &[name(70)]).needs(PACK), // return to locality
    Row::ai("4316", &[name(70)]).needs(PACK), // return to region
    Row::ai("4317", &[LETTERS]).needs(PACK), // return to country
    Row::ai("4318", &[text_to(20)]).needs(PACK), // return to postal code
    Row::ai("4319", &[text_to(30)]).needs(PACK), // return to phone
    Row::ai("4320", &[name(35)]).needs(PACK), // service description
    Row::ai("4321", &[YES_OR_NO]).needs(PACK), // dangerous goods
    Row::ai("4322", &[YES_OR_NO]).needs(PACK), // may be left without signature
    Row::ai("4323", &[YES_OR_NO]).needs(PACK), // signature required
    Row::ai("4324", &[DAY_OR_MONTH, CLOCK]).needs(PACK), // deliver not before
    Row::ai("4325", &[DAY_OR_MONTH, CLOCK]).needs(PACK), // deliver not after
    Row::ai("4326", &[DAY]).needs(PACK), // release on
    Row::ai("4330", &[digits(6), BELOW_ZERO]).needs(PACK).excludes(&["4331"]), // at most °F
    Row::ai("4331", &[digits(6), BELOW_ZERO]).needs(PACK).excludes(&["4330"]), // at most °C
    Row::ai("4332", &[digits(6), BELOW_ZERO]).needs(PACK).excludes(&["4333"]), // at least °F
    Row::ai("4333", &[digits(6), BELOW_ZERO]).needs(PACK).excludes(&["4332"]), // at least °C
];
