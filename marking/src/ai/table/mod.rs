//! The table of every application identifier of the GS1 General Specifications (as of July 2026), by
//! the first digit of the AI. Runs of AIs that differ in their last digit share a row; the comment
//! says what the value is.
//!
//! Rules about company prefixes stand only where letters are possible: a value of digits that is
//! long enough always starts with digits.

mod details;
mod items;
mod measures;
mod others;
mod parties;

use super::row::{Part, Row, digits, text_to};
use super::rule::Rule;

/// All rows.
pub(super) const ROWS: [&[Row]; 5] = [items::ROWS, measures::ROWS, parties::ROWS, details::ROWS, others::ROWS];

const GTIN: Part = digits(14).is(&[Rule::CheckDigit]);
const GLN: Part = digits(13).is(&[Rule::CheckDigit]);
const NUMBER18: Part = digits(18).is(&[Rule::CheckDigit]);
const DAY: Part = digits(6).is(&[Rule::Date]);
const DAY_OR_MONTH: Part = digits(6).is(&[Rule::MonthOrDate]);
const CLOCK: Part = digits(4).is(&[Rule::HourMinute]);

/// Words in which other characters than those of set 82 are percent-encoded.
const fn name(most: usize) -> Part {
    text_to(most).is(&[Rule::PercentEncoded])
}

// What an AI most often says something about.
const PACK: &[&str] = &["00"];
const TRADE: &[&str] = &["01"];
const PACK_OR_TRADE: &[&str] = &["00", "01"];
const TRADE_OR_CONTENT: &[&str] = &["01", "02"];
const TRADE_OR_MADE: &[&str] = &["01", "03"];
const ITEM: &[&str] = &["01", "02", "03"];
const OWN_ITEM: &[&str] = &["01", "03", "8006"];
const ANY_ITEM: &[&str] = &["01", "02", "03", "8006", "8026"];
const ITEM_BUT_03: &[&str] = &["01", "02", "8006", "8026"];
const RELATION: &[&str] = &["8017", "8018"];
