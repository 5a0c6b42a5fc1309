//! Every way in which a text can fail to be a code: one enum, one slug and one sentence each. The
//! slugs are part of the command line's and the interface's contract; words for people are made
//! from them elsewhere.

use std::fmt;

/// Why a text is refused, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong.
    pub kind: ParseErrorKind,
    /// The byte of the given text where the fault stands; the text's length if something is
    /// missing at the end.
    pub at: usize,
}

impl ParseError {
    pub(crate) const fn new(kind: ParseErrorKind, at: usize) -> Self {
        Self { kind, at }
    }

    /// The same fault in a text that starts `by` bytes earlier.
    pub(crate) const fn shifted(self, by: usize) -> Self {
        Self { kind: self.kind, at: self.at + by }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {})", self.kind, self.at)
    }
}

impl std::error::Error for ParseError {}

/// Declares the kinds: each its meaning (as documentation and as the sentence shown) and its slug.
macro_rules! kinds {
    ($($name:ident = $slug:literal, $sentence:literal;)*) => {
        /// What is wrong with a text. [`ParseErrorKind::slug`] names it for machines.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ParseErrorKind {
            $(#[doc = $sentence] $name,)*
        }

        impl ParseErrorKind {
            /// Every kind there is, for tables of words and for tests.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The kebab-case name that never changes.
            pub const fn slug(self) -> &'static str {
                match self {
                    $(Self::$name => $slug,)*
                }
            }
        }

        impl fmt::Display for ParseErrorKind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$name => $sentence,)*
                })
            }
        }
    };
}

impl ParseErrorKind {
    /// Whether a text with this fault was meant to be a code: it has the beginnings of one. An address of the web without
    /// a key, or words, were read well and are something else.
    pub const fn is_of_a_code(self) -> bool {
        !matches!(
            self,
            Self::Empty
                | Self::TooLong
                | Self::NotACode
                | Self::UnknownSymbology
                | Self::LinkCharacter
                | Self::LinkScheme
                | Self::LinkDomain
                | Self::LinkNoKey
                | Self::LinkCompressed
                | Self::LinkShortName
        )
    }
}

kinds! {
    // The text as a whole.
    NotAJsonString = "not-a-json-string", "the line is not a JSON string";
    Empty = "empty", "the text is empty";
    TooLong = "too-long", "the text is longer than any code (8191 bytes)";
    NotACode = "not-a-code", "the text is no code of any known form";

    // Element strings.
    MissingFnc1 = "missing-fnc1", "a raw element string starts with FNC1, written ^";
    NoElements = "no-elements", "there is no element in the string";
    UnknownAi = "unknown-ai", "no application identifier starts like this";
    TooManyElements = "too-many-elements", "there are more than 64 elements";
    EmptyValue = "empty-value", "the value of this application identifier is missing";
    ValueTooShort = "value-too-short", "the value is too short for its application identifier";
    ValueTooLong = "value-too-long", "the value is too long for its application identifier";
    CaretInData = "caret-in-data", "the character ^ cannot stand in data";
    BracketExpected = "bracket-expected", "an application identifier in brackets is expected here";
    BracketUnclosed = "bracket-unclosed", "the bracket of this application identifier is not closed";

    // Which elements stand together.
    ConflictingAis = "conflicting-ais", "this application identifier cannot stand with another one that is present";
    RequiredAiMissing = "required-ai-missing", "this application identifier needs another one that is absent";
    RepeatedAiDiffers = "repeated-ai-differs", "the same application identifier is given twice with different values";
    SerialRequired = "serial-required", "a digital signature needs the serial part of this key";

    // Scanner output.
    UnknownSymbology = "unknown-symbology", "this symbology identifier is not one that carries codes";
    PrimaryLength = "primary-length", "the digits of this bar code have the wrong number";

    // Digital Link.
    LinkCharacter = "link-character", "this character cannot stand in a link";
    LinkScheme = "link-scheme", "a link starts with https:// or http://";
    LinkDomain = "link-domain", "the link has no domain, or a character that no domain has";
    LinkNoKey = "link-no-key", "the path of the link holds no GS1 key";
    LinkCompressed = "link-compressed", "compressed links are not read; scan the uncompressed form";
    LinkShortName = "link-short-name", "short names such as gtin are no longer part of the standard; use the number";
    LinkEmptyValue = "link-empty-value", "a value in the link is empty";
    LinkNull = "link-null", "a value in the link holds a zero byte";
    LinkUnknownAi = "link-unknown-ai", "a parameter of digits only is no application identifier";
    LinkSequence = "link-sequence", "these qualifiers do not follow this key, or not in this order";
    LinkDuplicateAi = "link-duplicate-ai", "an application identifier stands twice in the link";
    LinkAttribute = "link-attribute", "this application identifier cannot be a parameter of a link";
    LinkBelongsInPath = "link-belongs-in-path", "this application identifier belongs in the path of the link";

    // Characters of a value.
    NotADigit = "not-a-digit", "a digit is expected here";
    NotInSet82 = "not-in-set-82", "this character is outside character set 82";
    NotInSet39 = "not-in-set-39", "this character is outside character set 39";
    NotInSet64 = "not-in-set-64", "this character is outside character set 64";
    Set64Padding = "set-64-padding", "the padding of a character set 64 value is wrong";
    NotHyphen = "not-hyphen", "only a hyphen can stand here";
    PercentSequence = "percent-sequence", "a percent sign is followed by two hexadecimal digits";
    NonDigitRequired = "non-digit-required", "the value cannot be digits only";

    // Check characters and keys.
    WrongCheckDigit = "wrong-check-digit", "the check digit does not hold";
    WrongCheckPair = "wrong-check-pair", "the two check characters do not hold";
    CheckPairMissing = "check-pair-missing", "the value is too short to hold two check characters";
    CompanyPrefixShort = "company-prefix-short", "the value is too short to start with a company prefix";
    CompanyPrefix = "company-prefix", "the value does not start with the digits of a company prefix";
    ImporterIndex = "importer-index", "this is no importer index";

    // Numbers.
    ZeroValue = "zero-value", "the value cannot be zero";
    NotZero = "not-zero", "only a zero can stand here";
    LeadingZero = "leading-zero", "the number cannot start with a zero";
    NotYesNo = "not-yes-no", "only 0 or 1 can stand here";
    Winding = "winding", "the winding direction is 0, 1 or 9";
    Sex = "sex", "the code of sex is 0, 1, 2 or 9";
    ZeroPiece = "zero-piece", "the number of the piece is zero";
    ZeroTotal = "zero-total", "the total of pieces is zero";
    PieceOverTotal = "piece-over-total", "the piece is beyond the total";
    PositionShape = "position-shape", "a position is written like 1/2";
    PositionOverEnd = "position-over-end", "the position is beyond the end of its sequence";
    Latitude = "latitude", "the latitude is out of range";
    Longitude = "longitude", "the longitude is out of range";

    // Dates and times.
    Month = "month", "there is no such month";
    Day = "day", "there is no such day in this month";
    Hour = "hour", "there is no such hour";
    Minute = "minute", "there is no such minute";
    Second = "second", "there is no such second";

    // Code lists.
    Country = "country", "this is no ISO 3166 country number";
    CountryLetters = "country-letters", "these are no ISO 3166 country letters";
    Currency = "currency", "this is no ISO 4217 currency number";
    MediaType = "media-type", "this is no media type";
    PackageType = "package-type", "this is no package type";

    // Bank accounts.
    IbanShort = "iban-short", "the IBAN is too short";
    IbanCountry = "iban-country", "the IBAN does not start with a country";
    IbanCharacter = "iban-character", "this character cannot stand in an IBAN";
    IbanCheck = "iban-check", "the check digits of the IBAN do not hold";

    // Coupons.
    CouponFormat = "coupon-format", "the format code of the coupon is 0 or 1";
    CouponTruncated = "coupon-truncated", "the coupon ends before one of its parts does";
    CouponLength = "coupon-length", "this length is not allowed for this part of the coupon";
    CouponCode = "coupon-code", "this code is not allowed in this part of the coupon";
    CouponDate = "coupon-date", "this is no date";
    CouponDateOrder = "coupon-date-order", "the coupon expires before it starts";
    CouponExcess = "coupon-excess", "something follows the last part of the coupon";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_slug_is_kebab_case_and_stands_once() {
        let slugs: HashSet<_> = ParseErrorKind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), ParseErrorKind::ALL.len());
        for slug in slugs {
            assert!(slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{slug}");
        }
    }

    #[test]
    fn an_error_says_what_and_where() {
        let error = ParseError::new(ParseErrorKind::WrongCheckDigit, 15);
        assert_eq!(error.to_string(), "the check digit does not hold (byte 15)");
    }
}
