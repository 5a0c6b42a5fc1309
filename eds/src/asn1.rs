//! Strict DER, read in place (ITU-T X.690 sections 8 and 10).
//!
//! Signatures cover bytes as they were received, so everything is a slice of the input and nothing is encoded anew. Lengths are
//! checked against what is there before anything is taken; nothing is allocated by a claimed length. The crates `x509-cert` and
//! `cms` decode into owned trees that would have to be encoded again before they are hashed; for that reason they are not used.

use const_oid::ObjectIdentifier;
use thiserror::Error;

/// Bytes that are not what they should be; the text names the part that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("malformed: {0}")]
pub struct Malformed(pub &'static str);

/// The result of a parser.
pub type Parsed<T> = Result<T, Malformed>;

/// Identifier octets (X.690 section 8.1.2).
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0a;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const TELETEX_STRING: u8 = 0x14;
    pub(crate) const IA5_STRING: u8 = 0x16;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const BMP_STRING: u8 = 0x1e;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// `[number]`, primitive.
    pub(crate) const fn context(number: u8) -> u8 {
        0x80 | number
    }

    /// `[number]`, constructed.
    pub(crate) const fn constructed(number: u8) -> u8 {
        0xa0 | number
    }
}

/// One value: its tag, its contents, and both with the length between them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tlv<'a> {
    pub(crate) tag: u8,
    pub(crate) contents: &'a [u8],
    pub(crate) whole: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// The values inside.
    pub(crate) fn reader(&self) -> Reader<'a> {
        Reader { rest: self.contents }
    }

    /// An identifier of an object.
    pub(crate) fn oid(&self) -> Parsed<ObjectIdentifier> {
        if self.tag != tag::OID {
            return Err(Malformed("object identifier"));
        }
        ObjectIdentifier::from_bytes(self.contents).map_err(|_| Malformed("object identifier"))
    }

    /// The octets of a non-negative INTEGER without leading zeros; empty for zero.
    pub(crate) fn unsigned(&self) -> Parsed<&'a [u8]> {
        match (self.tag, self.contents) {
            (tag::INTEGER, [0]) => Ok(&[]),
            (tag::INTEGER, [0, rest @ ..]) if rest[0] & 0x80 != 0 => Ok(rest),
            (tag::INTEGER, [first, ..]) if (1..0x80).contains(first) => Ok(self.contents),
            _ => Err(Malformed("integer")),
        }
    }

    /// A small non-negative INTEGER or ENUMERATED.
    pub(crate) fn small(&self) -> Parsed<u32> {
        let octets =
            Tlv { tag: if self.tag == tag::ENUMERATED { tag::INTEGER } else { self.tag }, ..*self }.unsigned()?;
        if octets.len() > 4 {
            return Err(Malformed("integer"));
        }
        Ok(octets.iter().fold(0, |number, octet| number << 8 | u32::from(*octet)))
    }

    /// The octets of a BIT STRING without unused bits.
    pub(crate) fn bit_string(&self) -> Parsed<&'a [u8]> {
        match (self.tag, self.contents) {
            (tag::BIT_STRING, [0, rest @ ..]) => Ok(rest),
            _ => Err(Malformed("bit string")),
        }
    }

    /// The octets of an OCTET STRING.
    pub(crate) fn octet_string(&self) -> Parsed<&'a [u8]> {
        if self.tag == tag::OCTET_STRING { Ok(self.contents) } else { Err(Malformed("octet string")) }
    }

    /// A BOOLEAN; DER has one form of true.
    pub(crate) fn boolean(&self) -> Parsed<bool> {
        match (self.tag, self.contents) {
            (tag::BOOLEAN, [0]) => Ok(false),
            (tag::BOOLEAN, [0xff]) => Ok(true),
            _ => Err(Malformed("boolean")),
        }
    }
}

/// Reads values one after another.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next value, whatever it is.
    pub(crate) fn next(&mut self) -> Parsed<Tlv<'a>> {
        let (header, length) = header(self.rest)?;
        let end = header.checked_add(length).filter(|end| *end <= self.rest.len()).ok_or(Malformed("length"))?;
        let (whole, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(Tlv { tag: whole[0], contents: &whole[header..], whole })
    }

    /// The next value, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8, what: &'static str) -> Parsed<Tlv<'a>> {
        let value = self.next().map_err(|_| Malformed(what))?;
        if value.tag == tag { Ok(value) } else { Err(Malformed(what)) }
    }

    /// The next value if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Parsed<Option<Tlv<'a>>> {
        if self.peek() == Some(tag) { self.next().map(Some) } else { Ok(None) }
    }

    /// The inside of the next value, a SEQUENCE.
    pub(crate) fn sequence(&mut self, what: &'static str) -> Parsed<Reader<'a>> {
        Ok(self.expect(tag::SEQUENCE, what)?.reader())
    }

    /// Nothing may follow.
    pub(crate) fn finish(&self, what: &'static str) -> Parsed<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed(what)) }
    }
}

/// The one value that these bytes are.
pub(crate) fn single<'a>(bytes: &'a [u8], what: &'static str) -> Parsed<Tlv<'a>> {
    let mut reader = Reader::new(bytes);
    let value = reader.next().map_err(|_| Malformed(what))?;
    reader.finish(what)?;
    Ok(value)
}

/// The inside of the one SEQUENCE that these bytes are.
pub(crate) fn sequence<'a>(bytes: &'a [u8], what: &'static str) -> Parsed<Reader<'a>> {
    let value = single(bytes, what)?;
    if value.tag == tag::SEQUENCE { Ok(value.reader()) } else { Err(Malformed(what)) }
}

/// The lengths of header and contents.
fn header(bytes: &[u8]) -> Parsed<(usize, usize)> {
    const BAD: Malformed = Malformed("length");
    match bytes {
        [tag, ..] if tag & 0x1f == 0x1f => Err(Malformed("tag")),
        [_, short @ 0..=0x7f, ..] => Ok((2, usize::from(*short))),
        [_, long @ 0x81..=0x84, rest @ ..] => {
            let count = usize::from(long & 0x0f);
            let octets = rest.get(..count).ok_or(BAD)?;
            let length = octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet));
            // The shortest form is the only one.
            if octets[0] == 0 || length < 0x80 { Err(BAD) } else { Ok((2 + count, length)) }
        }
        _ => Err(BAD),
    }
}

/// Writes a value.
pub(crate) fn encode(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut bytes = Vec::with_capacity(length + 6);
    bytes.push(tag);
    push_length(&mut bytes, length);
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Writes the definite length in its shortest form.
pub(crate) fn push_length(bytes: &mut Vec<u8>, length: usize) {
    let octets = length.to_be_bytes();
    let used = &octets[octets.iter().position(|octet| *octet != 0).unwrap_or(octets.len() - 1)..];
    if length >= 0x80 {
        bytes.push(0x80 | u8::try_from(used.len()).expect("at most eight"));
    }
    bytes.extend_from_slice(used);
}

/// An identifier of an object.
pub(crate) fn encode_oid(oid: &ObjectIdentifier) -> Vec<u8> {
    encode(tag::OID, &[oid.as_bytes()])
}

/// A non-negative INTEGER from octets with the most significant first.
pub(crate) fn encode_unsigned(octets: &[u8]) -> Vec<u8> {
    let start = octets.iter().position(|octet| *octet != 0).unwrap_or(octets.len());
    match &octets[start..] {
        [] => encode(tag::INTEGER, &[&[0]]),
        used if used[0] & 0x80 != 0 => encode(tag::INTEGER, &[&[0], used]),
        used => encode(tag::INTEGER, &[used]),
    }
}

/// A SET OF: its values in ascending order (X.690 section 11.6).
pub(crate) fn encode_set_of(tag: u8, mut values: Vec<Vec<u8>>) -> Vec<u8> {
    values.sort();
    encode(tag, &values.iter().map(Vec::as_slice).collect::<Vec<_>>())
}
