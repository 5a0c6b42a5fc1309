//! A multipart form of a report, read part by part while it streams: no more is held than the limits say (X19), each
//! photo is decoded as soon as it is there, and who sends too slowly is let go (R6).

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use sha2::{Digest, Sha256};

use super::photo::{self, NotAPhoto, Photo};
use super::workshop::Workshop;
use crate::http::pace::Pace;
use crate::http::room::Lease;
use crate::http::{body, known, room};
use crate::platform::problem::{Error, FieldFault, Result};

/// Largest form, in bytes: five photos and a little more.
pub(crate) const MAX_FORM_BYTES: u64 = 64 << 20;
/// Longest text part, in bytes.
const MAX_TEXT_BYTES: usize = 32 << 10;
/// Most parts of one form.
const MAX_PARTS: usize = 24;
/// The texts that a form can have.
pub(crate) const TEXTS: [&str; 10] =
    ["id", "category", "words", "code", "latitude", "longitude", "accuracy_metres", "address", "outlet", "contact"];

/// What a form said, before its meaning is checked.
#[derive(Debug, Default)]
pub(crate) struct Form {
    /// Texts by name. A part of another name is a fault (A1).
    pub(crate) texts: BTreeMap<&'static str, String>,
    /// What was wrong with parts as such.
    pub(crate) faults: Vec<FieldFault>,
    /// Photos, encoded anew.
    pub(crate) photos: Vec<Photo>,
    /// SHA-256 of the files that the photos came from.
    pub(crate) digests: Vec<Vec<u8>>,
    /// Keeps the photos counted.
    pub(crate) room: Vec<Lease>,
}

impl Form {
    /// Reads a request's body, which may have texts of these `names`. `admit` is asked about every chunk.
    pub(crate) async fn read(
        request: &HttpRequest,
        payload: Payload,
        names: &'static [&'static str],
        workshop: &Workshop,
        admit: impl FnMut(usize) -> Result<()> + 'static,
    ) -> Result<Self> {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let kind = header(CONTENT_TYPE).unwrap_or_default();
        if !kind.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("multipart/form-data") {
            return Err(Error::UnsupportedMediaType);
        }
        if header(CONTENT_LENGTH)
            .and_then(|length| length.parse().ok())
            .is_some_and(|length: u64| length > MAX_FORM_BYTES)
        {
            return Err(Error::TooLarge("body-too-large"));
        }
        if body::is_compressed(request)? {
            return Err(Error::UnsupportedMediaType);
        }
        let (refusal, ended) = (Rc::new(RefCell::new(None)), Rc::new(Cell::new(false)));
        let meter = Meter {
            payload,
            received: 0,
            pace: Pace::start(),
            admit: Box::new(admit),
            refusal: refusal.clone(),
            ended: ended.clone(),
        };
        let parts = Multipart::new(request.headers(), meter.stream());
        let read = Self::read_parts(parts, names, workshop, room::network_of(request)).await;
        // The multipart reader knows only that the stream failed; the meter knows why.
        match (refusal.take(), read) {
            (Some(refusal), _) => Err(refusal),
            // All bytes are here: the connection is not to blame for a form without its end, or with lines that end in LF.
            (None, Err(Error::Malformed("body-truncated", _))) if ended.get() => {
                Err(Error::malformed("malformed-multipart"))
            }
            (None, read) => read,
        }
    }

    async fn read_parts(
        mut parts: Multipart,
        names: &[&'static str],
        workshop: &Workshop,
        network: u64,
    ) -> Result<Self> {
        let mut form = Self::default();
        let mut count = 0;
        while let Some(part) = parts.next().await {
            let mut part = part.map_err(|error| unreadable(&error))?;
            count += 1;
            if count > MAX_PARTS {
                return Err(Error::TooLarge("too-many-items"));
            }
            let name = part.name().unwrap_or_default().to_owned();
            if name == "photo" {
                form.add_photo(&mut part, workshop, network).await?;
            } else {
                form.add_text(&mut part, names, &name).await?;
            }
        }
        Ok(form)
    }

    async fn add_photo(&mut self, part: &mut Field, workshop: &Workshop, network: u64) -> Result<()> {
        if self.photos.len() == photo::MAX_PHOTOS {
            return Err(Error::TooLarge("photo-too-many"));
        }
        let mut file = workshop.hold(network);
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|error| unreadable(&error))?;
            if file.len() + chunk.len() > photo::MAX_BYTES {
                return Err(Error::TooLarge("photo-too-large"));
            }
            file.add(&chunk)?;
        }
        // What browsers send for a file field that was left empty.
        if file.len() == 0 {
            return Ok(());
        }
        self.digests.push(Sha256::digest(&file).to_vec());
        let (photo, room) = workshop.read(file).await?;
        self.room.push(room);
        self.photos.push(photo.map_err(|why| match why {
            NotAPhoto::Unreadable => {
                let field = format!("photo[{}]", self.photos.len());
                Error::Malformed("photo-unreadable", vec![FieldFault::new(field, "field-not-a-photo")])
            }
            NotAPhoto::TooManyPixels => Error::TooLarge("photo-limit"),
        })?);
        Ok(())
    }

    async fn add_text(&mut self, part: &mut Field, names: &[&'static str], name: &str) -> Result<()> {
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|error| unreadable(&error))?;
            if bytes.len() + chunk.len() > MAX_TEXT_BYTES {
                return Err(Error::TooLarge("body-too-large"));
            }
            bytes.extend_from_slice(&chunk);
        }
        let Some(name) = names.iter().copied().find(|known| *known == name) else {
            let known = names.iter().copied().chain(["photo"]);
            self.faults.push(known::unknown(name.chars().take(64).collect(), name, known));
            return Ok(());
        };
        match String::from_utf8(bytes) {
            Ok(text) => {
                if self.texts.insert(name, crate::platform::unicode::nfc(text.trim())).is_some() {
                    self.faults.push(FieldFault::new(name, "field-doubled"));
                }
            }
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                self.faults.push(FieldFault::new(name, "field-not-utf8").at(at));
            }
        }
        Ok(())
    }
}

/// Counts what comes in, and how fast.
struct Meter {
    payload: Payload,
    received: u64,
    pace: Pace,
    admit: Box<dyn FnMut(usize) -> Result<()>>,
    refusal: Rc<RefCell<Option<Error>>>,
    /// Whether the body came to its end.
    ended: Rc<Cell<bool>>,
}

impl Meter {
    fn stream(self) -> impl Stream<Item = Result<Bytes, PayloadError>> {
        let chunks = stream::unfold(Some(self), async |meter| {
            let mut meter = meter?;
            match meter.next().await? {
                Ok(chunk) => Some((Ok(chunk), Some(meter))),
                Err(error) => Some((Err(error), None)),
            }
        });
        // The multipart reader asks once more after the end.
        chunks.fuse()
    }

    async fn next(&mut self) -> Option<Result<Bytes, PayloadError>> {
        let chunk = match self.pace.next(self.payload.next()).await {
            Ok(chunk) => chunk,
            Err(refusal) => return Some(Err(self.refuse(refusal))),
        };
        let Some(chunk) = chunk else {
            self.ended.set(true);
            return None;
        };
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(error) => return Some(Err(error)),
        };
        self.received += chunk.len() as u64;
        if self.received > MAX_FORM_BYTES {
            return Some(Err(self.refuse(Error::TooLarge("body-too-large"))));
        }
        match (self.admit)(chunk.len()) {
            Ok(()) => Some(Ok(chunk)),
            Err(refusal) => Some(Err(self.refuse(refusal))),
        }
    }

    fn refuse(&self, why: Error) -> PayloadError {
        self.refusal.replace(Some(why));
        PayloadError::Overflow
    }
}

fn unreadable(error: &MultipartError) -> Error {
    match error {
        MultipartError::Incomplete | MultipartError::Payload(_) => Error::malformed("body-truncated"),
        _ => Error::malformed("malformed-multipart"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::pin::Pin;
    use std::time::Duration;

    use actix_web::ResponseError;
    use actix_web::test::TestRequest;
    use proptest::prelude::*;

    use super::*;

    const KIND: &str = "multipart/form-data; boundary=b";

    async fn read(kind: &str, body: impl Into<Bytes>) -> Result<Form> {
        let (request, payload) =
            TestRequest::post().insert_header((CONTENT_TYPE, kind)).set_payload(body.into()).to_http_parts();
        Form::read(&request, payload, &TEXTS, &Workshop::new(1), |_| Ok(())).await
    }

    fn part(name: &str, text: &str) -> String {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    }

    /// X3, A1
    #[actix_web::test]
    async fn a_part_of_an_unknown_name_is_a_fault_at_its_name() {
        let body = part("words", " no mark ") + &part("adress", "Abay 1") + "--b--\r\n";
        let form = read(KIND, body).await.unwrap();
        assert_eq!(form.texts, BTreeMap::from([("words", "no mark".to_owned())]));
        let faults: Vec<_> = form.faults.iter().map(|fault| (fault.field.as_str(), fault.slug)).collect();
        assert_eq!(faults, [("adress", "field-unknown")]);
        assert!(form.faults[0].message(locales::Language::En).contains("address"), "{:?}", form.faults);
    }

    /// A form of which all bytes came is wrong itself: without its end, or with lines that end in LF alone.
    #[actix_web::test]
    async fn a_form_that_breaks_off_or_is_none_is_told_so() {
        let whole = part("words", "w") + "--b--\r\n";
        for (kind, body, slug) in [
            (KIND, whole[..50].to_owned(), "malformed-multipart"),
            (KIND, part("words", "w"), "malformed-multipart"),
            (KIND, whole.replace("\r\n", "\n"), "malformed-multipart"),
            (KIND, "not a form".to_owned(), "malformed-multipart"),
            (KIND, "--b\r\nContent-Type: text/plain\r\n\r\nw\r\n--b--\r\n".to_owned(), "malformed-multipart"),
            ("multipart/form-data", whole.clone(), "malformed-multipart"),
            ("application/json", whole.clone(), "unsupported-media-type"),
        ] {
            assert_eq!(read(kind, body).await.unwrap_err().slug(), slug, "{kind}");
        }
    }

    #[actix_web::test]
    async fn a_connection_that_breaks_off_is_told_so() {
        let half = stream::iter([Ok(Bytes::from(part("words", "w"))), Err(PayloadError::Incomplete(None))]);
        let (request, _) = TestRequest::post().insert_header((CONTENT_TYPE, KIND)).to_http_parts();
        let payload: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> = Box::pin(half);
        let payload = Payload::Stream { payload };
        let read = Form::read(&request, payload, &TEXTS, &Workshop::new(1), |_| Ok(())).await;
        assert_eq!(read.unwrap_err().slug(), "body-truncated");
    }

    #[actix_web::test]
    async fn a_doubled_part_and_one_that_is_not_text_are_faults_at_their_place() {
        let mut body = (part("outlet", "Береке") + &part("outlet", "Достық")).into_bytes();
        body.extend_from_slice(b"--b\r\nContent-Disposition: form-data; name=\"words\"\r\n\r\nab\xff\r\n--b--\r\n");
        let faults = read(KIND, body).await.unwrap().faults;
        let faults: Vec<_> = faults.iter().map(|fault| (fault.field.as_str(), fault.slug, fault.at)).collect();
        assert_eq!(faults, [("outlet", "field-doubled", None), ("words", "field-not-utf8", Some(2))]);
    }

    /// X19
    #[actix_web::test]
    async fn what_is_too_much_is_refused_while_it_streams() {
        let text = part("words", &"x".repeat(MAX_TEXT_BYTES + 1)) + "--b--\r\n";
        assert_eq!(read(KIND, text).await.unwrap_err().slug(), "body-too-large");
        let parts = part("other", "x").repeat(MAX_PARTS + 1) + "--b--\r\n";
        assert_eq!(read(KIND, parts).await.unwrap_err().slug(), "too-many-items");
        let (request, payload) =
            TestRequest::post().insert_header((CONTENT_TYPE, KIND)).set_payload(part("words", "w")).to_http_parts();
        let exhausted = |_| Err(Error::TooMany { slug: "quota-exceeded", retry_after_seconds: 9 });
        let refused = Form::read(&request, payload, &TEXTS, &Workshop::new(1), exhausted).await;
        assert_eq!(refused.unwrap_err().slug(), "quota-exceeded");
    }

    #[actix_web::test]
    async fn a_file_that_is_no_photo_is_named_by_its_place() {
        let body = part("photo", "GIF89a") + "--b--\r\n";
        let Error::Malformed("photo-unreadable", faults) = read(KIND, body).await.unwrap_err() else {
            panic!("refused")
        };
        assert_eq!((faults[0].field.as_str(), faults[0].slug), ("photo[0]", "field-not-a-photo"));
    }

    /// Forms, and what almost is one: pieces of them in any order, with any bytes between.
    fn hostile() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            4 => prop::sample::select(vec![
                "--b\r\n", "--b--\r\n", "\r\n", "\r\n\r\n", "--b", "Content-Type: image/png\r\n",
                "Content-Disposition: form-data; name=\"words\"\r\n\r\n",
                "Content-Disposition: form-data; name=\"photo\"; filename=\"a\"\r\n\r\n",
                "Content-Disposition: form-data; name=\"", "Content-Length: 18446744073709551615\r\n",
                "\u{89}PNG\r\n\u{1a}\n", "RIFF\0\0\0\0WEBPVP8L",
            ])
            .prop_map(|text| text.as_bytes().to_vec()),
            2 => prop::sample::select(vec![part("words", "w"), part("id", "\0"), part("photo", "\u{ff}"), part("", "")])
                .prop_map(String::into_bytes),
            1 => prop::collection::vec(any::<u8>(), 0..40),
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        /// R9: whatever a client sends as a form, it is read, or refused as the client's fault.
        #[test]
        fn any_bytes_as_a_form_are_read_or_refused(body in hostile(), boundary in "[ -~]{0,12}|b|b|b") {
            let kind = format!("multipart/form-data; boundary={boundary}");
            let answer = actix_web::rt::System::new().block_on(read(&kind, body));
            if let Err(refused) = answer {
                prop_assert!(refused.status_code().is_client_error(), "{refused:?}");
            }
        }
    }

    /// R6
    #[actix_web::test]
    async fn a_silent_or_trickling_client_is_let_go() {
        for pause in [Duration::from_hours(1), Duration::from_millis(5)] {
            let trickle = stream::unfold(pause, async |pause| {
                tokio::time::sleep(pause).await;
                Some((Ok(Bytes::from_static(b"x")), pause))
            });
            let refusal = Rc::new(RefCell::new(None));
            let meter = Meter {
                payload: Payload::Stream { payload: Box::pin(trickle) },
                received: 0,
                pace: Pace::with(Duration::from_millis(60), Duration::from_millis(60)),
                admit: Box::new(|_| Ok(())),
                refusal: refusal.clone(),
                ended: Rc::default(),
            };
            let mut chunks = Box::pin(meter.stream());
            while chunks.next().await.unwrap().is_ok() {}
            assert_eq!(refusal.take().unwrap().slug(), "body-truncated");
            assert!(chunks.next().await.is_none());
        }
    }
}
