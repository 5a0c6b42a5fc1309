//! North American coupon codes: the classic one of AI 8110 and the positive offer file of AI 8112.
//! Both are strings of digits whose parts announce their own length.

use super::{Fault, dates};
use crate::parse_error::ParseErrorKind;

/// What is left of a coupon to read.
struct Digits<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Digits<'a> {
    fn new(all: &'a [u8]) -> Result<Self, Fault> {
        match all.iter().position(|byte| !byte.is_ascii_digit()) {
            None => Ok(Self { all, at: 0 }),
            Some(at) => Err((at, ParseErrorKind::NotADigit)),
        }
    }

    /// The next digit, which must be one of `allowed`.
    fn one(&mut self, allowed: &[u8], kind: ParseErrorKind) -> Result<u8, Fault> {
        let digit = *self.all.get(self.at).ok_or((self.at, ParseErrorKind::CouponTruncated))?;
        if !allowed.contains(&digit) {
            return Err((self.at, kind));
        }
        self.at += 1;
        Ok(digit)
    }

    /// The next `length` digits.
    fn take(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        let part = self.all.get(self.at..self.at + length);
        let part = part.ok_or((self.all.len(), ParseErrorKind::CouponTruncated))?;
        self.at += length;
        Ok(part)
    }

    /// A part led by its length, given as one digit of `lengths` and counted from `least`.
    fn part(&mut self, lengths: &[u8], least: usize) -> Result<&'a [u8], Fault> {
        let digit = self.one(lengths, ParseErrorKind::CouponLength)?;
        self.take(usize::from(digit - b'0') + least)
    }

    /// The field of this number, if it comes next: fields may be left out but keep their order.
    fn field(&mut self, number: u8) -> bool {
        let next = self.all.get(self.at) == Some(&number);
        self.at += usize::from(next);
        next
    }

    fn date(&mut self) -> Result<&'a [u8], Fault> {
        let at = self.at;
        let date = self.take(6)?;
        dates::date(date).map_err(|_| (at, ParseErrorKind::CouponDate))?;
        Ok(date)
    }

    /// What must be bought: how much, of which kind, and the family of goods.
    fn purchase(&mut self) -> Result<(), Fault> {
        self.part(b"12345", 0)?;
        self.one(b"012349", ParseErrorKind::CouponCode)?;
        self.take(3).map(|_| ())
    }

    /// The company of a further purchase; 9 stands for the first purchase's company.
    fn other_company(&mut self) -> Result<(), Fault> {
        if self.field(b'9') { Ok(()) } else { self.part(b"0123456", 6).map(|_| ()) }
    }

    fn end(self) -> Result<(), Fault> {
        if self.at == self.all.len() { Ok(()) } else { Err((self.at, ParseErrorKind::CouponExcess)) }
    }
}

/// AI 8110.
pub(super) fn coupon(part: &[u8]) -> Result<(), Fault> {
    let mut rest = Digits::new(part)?;
    rest.part(b"0123456", 6)?; // company
    rest.take(6)?; // offer
    rest.part(b"12345", 0)?; // value saved
    rest.purchase()?;
    if rest.field(b'1') {
        rest.one(b"0123", ParseErrorKind::CouponCode)?; // how the purchases combine
        rest.purchase()?;
        rest.other_company()?;
    }
    if rest.field(b'2') {
        rest.purchase()?;
        rest.other_company()?;
    }
    let expires_on = if rest.field(b'3') { Some(rest.date()?) } else { None };
    if rest.field(b'4') {
        let at = rest.at;
        let starts_on = rest.date()?;
        if expires_on.is_some_and(|end| starts_on > end) {
            return Err((at, ParseErrorKind::CouponDateOrder));
        }
    }
    if rest.field(b'5') {
        rest.part(b"0123456789", 6)?; // serial number
    }
    if rest.field(b'6') {
        rest.part(b"1234567", 6)?; // retailer
    }
    if rest.field(b'9') {
        rest.one(b"01256", ParseErrorKind::CouponCode)?; // what the value means
        rest.one(b"012", ParseErrorKind::CouponCode)?; // which item it applies to
        rest.one(b"0123456789", ParseErrorKind::CouponCode)?; // of this store only
        rest.one(b"01", ParseErrorKind::CouponCode)?; // not to be multiplied
    }
    rest.end()
}

/// AI 8112.
pub(super) fn offer(part: &[u8]) -> Result<(), Fault> {
    let mut rest = Digits::new(part)?;
    rest.one(b"01", ParseErrorKind::CouponFormat)?;
    rest.part(b"0123456", 6)?; // who pays
    rest.take(6)?; // offer
    rest.part(b"0123456789", 6)?; // serial number
    rest.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ParseErrorKind::{
        CouponCode, CouponDate, CouponDateOrder, CouponExcess, CouponFormat, CouponLength, CouponTruncated, NotADigit,
    };

    /// Company 614141, offer 123456, save 25, buy 1 of family 000.
    const PLAIN: &str = "0614141123456225110000";

    #[test]
    fn a_coupon_of_the_five_required_parts_is_read() {
        assert_eq!(coupon(PLAIN.as_bytes()), Ok(()));
    }

    #[test]
    fn optional_fields_are_read_in_their_order() {
        for fields in [
            "101501239",
            "101501230614141",
            "21501239",
            "3260131",
            "4260101",
            "32601314260101",
            "50123456",
            "616141410",
            "90000",
            "10150123921501239326013142601015012345661614141090000",
        ] {
            let text = format!("{PLAIN}{fields}");
            assert_eq!(coupon(text.as_bytes()), Ok(()), "{text}");
        }
        for fields in ["426010132601314260101", "90000101501239"] {
            let text = format!("{PLAIN}{fields}");
            assert!(coupon(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn every_prefix_of_a_coupon_is_truncated() {
        for end in 0..PLAIN.len() {
            assert_eq!(coupon(&PLAIN.as_bytes()[..end]), Err((end, CouponTruncated)), "{end}");
        }
    }

    #[test]
    fn wrong_lengths_codes_and_dates_are_named() {
        for (text, fault) in [
            ("7614141123456225110000".to_owned(), (0, CouponLength)),
            ("0614141123456625110000".to_owned(), (13, CouponLength)),
            ("0614141123456225117000".to_owned(), (18, CouponCode)),
            (format!("{PLAIN}3261331"), (23, CouponDate)),
            (format!("{PLAIN}32601014260131"), (30, CouponDateOrder)),
            (format!("{PLAIN}9300"), (23, CouponCode)),
            (format!("{PLAIN}7"), (22, CouponExcess)),
            (format!("{PLAIN}x"), (22, NotADigit)),
        ] {
            assert_eq!(coupon(text.as_bytes()), Err(fault), "{text}");
        }
    }

    #[test]
    fn an_offer_has_four_parts() {
        assert_eq!(offer(b"006141411234560123456"), Ok(()));
        assert_eq!(offer(b"206141411234560123456"), Err((0, CouponFormat)));
        assert_eq!(offer(b"076141411234560123456"), Err((1, CouponLength)));
        assert_eq!(offer(b"0061414112345601234567"), Err((21, CouponExcess)));
        assert_eq!(offer(b"00614141123456012345"), Err((20, CouponTruncated)));
    }
}
