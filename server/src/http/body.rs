//! Bodies and queries, read under limits, with the place of every fault. An oversized body is refused
//! while it streams (X19): never more than the limit is held, of all bodies together never more than the process has room
//! for, and of one network never more than its share (X48). A slow one is not waited for (R6).

use std::future::{Future, Ready, ready};
use std::io::Read;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest};
use bytes::BytesMut;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::known::{self, Ignored};
use super::objects::Objects;
use super::pace::Pace;
use super::room::{self, Lease, Room};
use crate::platform::problem::{Error, FieldFault, Result};

/// The usual bound on a JSON body, in bytes.
pub(crate) const ONE_MEBIBYTE: usize = 1 << 20;

/// Memory for bodies that are being received, in bytes: those of all requests together, what of it is kept for small
/// bodies, and what one network may take of the rest: a photo and more.
static ROOM: LazyLock<Arc<Room>> = LazyLock::new(|| Room::new(256 << 20, 16 << 20, 16 << 20));

/// A JSON body of at most `LIMIT` bytes.
pub(crate) struct Body<T, const LIMIT: usize = ONE_MEBIBYTE>(pub(crate) T);

/// A JSON body of at most `LIMIT` bytes, read, with the bytes that were sent.
pub(crate) struct SentBody<T, const LIMIT: usize = ONE_MEBIBYTE> {
    /// What it says.
    pub(crate) value: T,
    /// The bytes, inflated; they count against the process's room as long as they are held.
    pub(crate) bytes: Collected,
}

impl<T: DeserializeOwned + 'static, const LIMIT: usize> FromRequest for Body<T, LIMIT> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let sent = SentBody::<T, LIMIT>::from_request(request, payload);
        Box::pin(async move { Ok(Self(sent.await?.value)) })
    }
}

impl<T: DeserializeOwned + 'static, const LIMIT: usize> FromRequest for SentBody<T, LIMIT> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
            if !kind.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/json") {
                return Err(Error::UnsupportedMediaType);
            }
            let bytes = collect(&request, payload, LIMIT).await?;
            let mut ignored = Ignored::default();
            let read = read(bytes.as_ref(), |path| ignored.add(&path));
            let mut unknown = ignored.faults(&request);
            match read {
                Ok(value) if unknown.is_empty() => Ok(Self { value, bytes }),
                Err(Error::Invalid(faults)) => {
                    unknown.extend(faults);
                    Err(Error::Invalid(unknown))
                }
                Err(error) => Err(error),
                Ok(_) => Err(Error::Invalid(unknown)),
            }
        })
    }
}

/// Reads JSON; tells of each field that the type does not have.
fn read<T: DeserializeOwned>(bytes: &[u8], ignored: impl FnMut(serde_ignored::Path<'_>)) -> Result<T> {
    let (mut reader, mut ignored) = (serde_json::Deserializer::from_slice(bytes), ignored);
    let watched = serde_ignored::Deserializer::new(&mut reader, &mut ignored);
    let value = serde_path_to_error::deserialize(Objects::only(watched)).map_err(|error| fault(&error, bytes))?;
    reader.end().map_err(|error| malformed(&error, bytes))?;
    Ok(value)
}

/// A body, counted against the process's room until it is let go.
#[derive(Debug)]
pub(crate) struct Collected {
    pub(crate) bytes: BytesMut,
    lease: Lease,
}

impl AsRef<[u8]> for Collected {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Reads a payload to its end, or refuses it as soon as it exceeds the limit or the client falls behind. A body that is
/// compressed is inflated, to no more than the limit.
pub(crate) async fn collect(request: &HttpRequest, mut payload: Payload, limit: usize) -> Result<Collected> {
    let is_compressed = is_compressed(request)?;
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Error::TooLarge("body-too-large"));
    }
    let most = announced.unwrap_or(limit);
    let mut body = Collected { bytes: BytesMut::new(), lease: ROOM.lease(room::network_of(request), most) };
    let mut pace = Pace::start();
    while let Some(chunk) = pace.next(payload.next()).await? {
        let chunk = chunk.map_err(|_| Error::malformed("body-truncated"))?;
        if body.bytes.len() + chunk.len() > limit {
            return Err(Error::TooLarge("body-too-large"));
        }
        body.lease.take(chunk.len())?;
        body.bytes.extend_from_slice(&chunk);
    }
    if is_compressed {
        // Also what is inflated has to have room.
        body.lease.take(limit)?;
        let inflated = tokio::task::spawn_blocking(move || {
            let inflated = inflate(&body.bytes, limit)?;
            body.bytes = inflated;
            Ok(body)
        });
        return inflated.await.map_err(Error::internal)?;
    }
    Ok(body)
}

/// Whether the body is compressed with gzip; 415 for any other coding.
pub(crate) fn is_compressed(request: &HttpRequest) -> Result<bool> {
    let codings = request.headers().get_all(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?"));
    let mut codings = codings.flat_map(|value| value.split(',')).map(str::trim);
    match (codings.next(), codings.next()) {
        (None, _) => Ok(false),
        (Some(coding), None) if coding.is_empty() || coding.eq_ignore_ascii_case("identity") => Ok(false),
        (Some(coding), None) if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") => {
            Ok(true)
        }
        _ => Err(Error::UnsupportedMediaType),
    }
}

/// What gzip holds, as long as it is no more than the limit.
fn inflate(bytes: &[u8], limit: usize) -> Result<BytesMut> {
    let mut inflated = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(bytes).take(limit as u64 + 1);
    reader.read_to_end(&mut inflated).map_err(|_| Error::malformed("body-truncated"))?;
    if inflated.len() > limit {
        return Err(Error::TooLarge("body-too-large"));
    }
    Ok(BytesMut::from(inflated.as_slice()))
}

fn fault(error: &serde_path_to_error::Error<serde_json::Error>, bytes: &[u8]) -> Error {
    if error.inner().classify() != serde_json::error::Category::Data {
        return malformed(error.inner(), bytes);
    }
    let mut field = error.path().to_string();
    let text = error.inner().to_string();
    // A type that refuses unknown fields by itself stops at the first.
    if let Some(rest) = text.strip_prefix("unknown field `") {
        let mut names = rest.split('`').step_by(2);
        let name = names.next().unwrap_or_default();
        if field != name && !field.ends_with(&format!(".{name}")) {
            field = if field == "." { name.to_owned() } else { format!("{field}.{name}") };
        }
        let unknown = known::unknown(field, name, names);
        return Error::Invalid(vec![unknown.at(offset(error.inner(), bytes))]);
    }
    let slug = if let Some(rest) = text.strip_prefix("missing field `") {
        let missing = rest.split('`').next().unwrap_or_default();
        field = if field == "." { missing.to_owned() } else { format!("{field}.{missing}") };
        "field-required"
    } else {
        wrong_type(&text)
    };
    Error::Invalid(vec![FieldFault::new(field, slug).at(offset(error.inner(), bytes))])
}

/// The slug of a value of another type. Where a number is expected the words ask for one: an empty field of a form arrives
/// as `null` ("invalid type: null, expected u32"), and a person knows no types. Numbers in queries come as texts ("invalid
/// digit found in string").
fn wrong_type(text: &str) -> &'static str {
    let whole = ["cannot parse integer from empty string", "invalid digit found in string"];
    let any = ["cannot parse float from empty string", "invalid float literal"];
    let of_text = |known: &[&str]| known.iter().any(|known| text.starts_with(known));
    let expected =
        text.split_once(", expected ").map_or("", |(_, rest)| rest.split([' ', ',']).next().unwrap_or_default());
    // A number that the type cannot hold is one all the same.
    let is_number = text.starts_with("invalid value: integer");
    match expected {
        _ if of_text(&whole) => "field-not-a-whole-number",
        _ if of_text(&any) => "field-not-a-number",
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" if !is_number => {
            "field-not-a-whole-number"
        }
        "f32" | "f64" if !is_number => "field-not-a-number",
        _ => "field-wrong-type",
    }
}

fn malformed(error: &serde_json::Error, bytes: &[u8]) -> Error {
    Error::Malformed("malformed-json", vec![FieldFault::new("body", "field-not-json").at(offset(error, bytes))])
}

/// The byte to which serde's line and column point.
fn offset(error: &serde_json::Error, bytes: &[u8]) -> usize {
    let before: usize =
        bytes.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    (before + error.column().saturating_sub(1)).min(bytes.len())
}

/// A query string.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(request.query_string().as_bytes()));
        ready(serde_path_to_error::deserialize(reader).map(Self).map_err(|error| {
            let text = error.inner().to_string();
            let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
            let (field, slug) = missing.map_or_else(
                || (error.path().to_string(), wrong_type(&text)),
                |missing| (missing.to_owned(), "field-required"),
            );
            Error::Malformed("malformed-query", vec![FieldFault::new(field, slug)])
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug)]
    struct Order {
        #[allow(dead_code)]
        quantity: u32,
    }

    fn read(text: &str) -> Error {
        super::read::<Vec<Order>>(text.as_bytes(), |_| ()).expect_err("a fault")
    }

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        #[allow(dead_code)]
        expires_on: Option<String>,
    }

    /// A1: whether a type refuses unknown fields by itself or not.
    #[test]
    fn an_unknown_field_is_found_at_any_depth() {
        let mut seen = Vec::new();
        let text = br#"[{"quantity":1,"note":{"a":[]}},{"quantity":2},{"quantity":3,"qantity":0}]"#;
        super::read::<Vec<Order>>(text, |path| seen.push(path.to_string())).expect("reads");
        assert_eq!(seen, ["0.note", "2.qantity"]);
        let refused = super::read::<Vec<Strict>>(br#"[{}, {"expire_on":"2027-01-01"}]"#, |_| ());
        let Err(Error::Invalid(faults)) = refused else { panic!("invalid") };
        assert_eq!((faults[0].field.as_str(), faults[0].slug), ("[1].expire_on", "field-unknown"));
        assert!(faults[0].message(locales::Language::En).contains("expires_on"), "{faults:?}");
    }

    #[test]
    fn a_fault_is_placed_at_its_path_and_byte() {
        let Error::Invalid(faults) = read("[{\"quantity\":1},\n{\"quantity\":\"many\"}]") else { panic!("invalid") };
        assert_eq!((faults[0].field.as_str(), faults[0].slug), ("[1].quantity", "field-not-a-whole-number"));
        assert!(faults[0].at.is_some_and(|byte| (29..36).contains(&byte)), "{faults:?}");
    }

    /// An empty field of a form is answered with what to enter.
    #[test]
    fn where_a_number_is_expected_the_words_ask_for_one() {
        let slug = |error: Error| {
            let (Error::Invalid(faults) | Error::Malformed(_, faults)) = error else { panic!("{error:?}") };
            faults[0].slug
        };
        for (value, expected) in [
            ("null", "field-not-a-whole-number"),
            ("\"\"", "field-not-a-whole-number"),
            ("1.5", "field-not-a-whole-number"),
            ("-1", "field-wrong-type"),
            ("4294967296", "field-wrong-type"),
        ] {
            assert_eq!(slug(read(&format!("[{{\"quantity\":{value}}}]"))), expected, "{value}");
        }
        let price = super::read::<Vec<f64>>(b"[null]", |_| ()).expect_err("a fault");
        assert_eq!(slug(price), "field-not-a-number");
        let text = super::read::<Vec<String>>(b"[7]", |_| ()).expect_err("a fault");
        assert_eq!(slug(text), "field-wrong-type");
        let words = FieldFault::new("quantity", "field-not-a-whole-number").message(locales::Language::Ru);
        assert_eq!(words, "Укажите целое число");
        for (query, expected) in [("", "field-not-a-whole-number"), ("x", "field-not-a-whole-number")] {
            let request = actix_web::test::TestRequest::with_uri(&format!("/?quantity={query}")).to_http_request();
            let refused = Query::<Order>::extract(&request).into_inner().map(|_| ()).expect_err("a fault");
            assert_eq!(slug(refused), expected, "{query}");
        }
    }

    #[test]
    fn a_missing_field_is_named() {
        let Error::Invalid(faults) = read("[{}]") else { panic!("invalid") };
        assert_eq!((faults[0].field.as_str(), faults[0].slug), ("[0].quantity", "field-required"));
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut coder, text).expect("writes");
        coder.finish().expect("ends")
    }

    /// X71: and a small body never becomes a large one.
    #[test]
    fn a_compressed_body_is_inflated_to_the_limit_and_no_further() {
        assert_eq!(inflate(&gzip(b"{}"), 2).expect("fits").as_ref(), b"{}");
        let bomb = gzip(&vec![b' '; 64 << 20]);
        assert!(bomb.len() < 1 << 20);
        assert!(matches!(inflate(&bomb, 1 << 20), Err(Error::TooLarge("body-too-large"))));
        assert_eq!(inflate(b"{}", 9).expect_err("no gzip").slug(), "body-truncated");
        assert_eq!(inflate(&gzip(b"{}")[..9], 9).expect_err("cut").slug(), "body-truncated");
    }

    #[test]
    fn broken_json_is_malformed_at_the_byte() {
        let Error::Malformed("malformed-json", faults) = read("[{\"quantity\":1},]") else { panic!("malformed") };
        assert_eq!(faults[0].at, Some(16));
    }
}
