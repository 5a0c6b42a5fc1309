//! Names of subjects and issuers (RFC 5280 section 4.1.2.4).

use const_oid::ObjectIdentifier;

use crate::asn1::{Malformed, Parsed, Reader, Tlv, tag};
use crate::oid;

/// A distinguished name. Two are equal if their encodings are; attributes are found by their kind, as their order changes from
/// year to year.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    der: Vec<u8>,
    attributes: Vec<(ObjectIdentifier, String)>,
}

const BAD: Malformed = Malformed("name");
const MAX_ATTRIBUTES: usize = 64;

impl Name {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Parsed<Self> {
        let whole = reader.expect(tag::SEQUENCE, BAD.0)?;
        let mut attributes = Vec::new();
        let mut sets = whole.reader();
        while !sets.is_empty() {
            let mut set = sets.expect(tag::SET, BAD.0)?.reader();
            while !set.is_empty() {
                let mut pair = set.sequence(BAD.0)?;
                let kind = pair.expect(tag::OID, BAD.0)?.oid()?;
                let value = text(&pair.next()?)?;
                pair.finish(BAD.0)?;
                attributes.push((kind, value));
                if attributes.len() > MAX_ATTRIBUTES {
                    return Err(BAD);
                }
            }
        }
        Ok(Self { der: whole.whole.to_vec(), attributes })
    }

    /// The encoding.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The attributes of a kind.
    pub(crate) fn all(&self, kind: ObjectIdentifier) -> impl Iterator<Item = &str> {
        self.attributes.iter().filter(move |(of, _)| *of == kind).map(|(_, value)| value.as_str())
    }

    /// The attribute of a kind, if there is exactly one.
    pub(crate) fn only(&self, kind: ObjectIdentifier) -> Option<&str> {
        let mut values = self.all(kind);
        values.next().filter(|_| values.next().is_none())
    }

    /// The common name.
    pub fn common_name(&self) -> Option<&str> {
        self.only(oid::COMMON_NAME)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, (kind, value)) in self.attributes.iter().enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            let kind = match *kind {
                oid::COMMON_NAME => "CN".to_owned(),
                oid::SURNAME => "SN".to_owned(),
                oid::SERIAL_NUMBER => "serialNumber".to_owned(),
                oid::COUNTRY => "C".to_owned(),
                oid::ORGANIZATION => "O".to_owned(),
                oid::ORGANIZATIONAL_UNIT => "OU".to_owned(),
                oid::GIVEN_NAME => "GN".to_owned(),
                oid::USER_ID => "UID".to_owned(),
                oid::EMAIL => "E".to_owned(),
                other => other.to_string(),
            };
            write!(f, "{separator}{kind}={value}")?;
        }
        Ok(())
    }
}

fn text(value: &Tlv<'_>) -> Parsed<String> {
    match value.tag {
        tag::UTF8_STRING => std::str::from_utf8(value.contents).map(str::to_owned).map_err(|_| BAD),
        tag::PRINTABLE_STRING | tag::IA5_STRING | tag::TELETEX_STRING => {
            if value.contents.is_ascii() {
                Ok(String::from_utf8_lossy(value.contents).into_owned())
            } else {
                Err(BAD)
            }
        }
        tag::BMP_STRING => {
            let units = value.contents.chunks(2).map(|pair| match pair {
                [high, low] => Ok(u16::from_be_bytes([*high, *low])),
                _ => Err(BAD),
            });
            String::from_utf16(&units.collect::<Parsed<Vec<_>>>()?).map_err(|_| BAD)
        }
        _ => Err(BAD),
    }
}
