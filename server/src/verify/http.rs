//! Routes that answer what a code is. Public: anybody may ask, and nobody is remembered.

use std::future::{Ready, ready};
use std::sync::LazyLock;

use actix_web::dev::Payload;
use actix_web::http::header::ContentType;
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, post, web};
use marking::verdict::Verdict;
use metrics::Counter;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::answer::Answer;
use super::asked::AskedBy;
use super::batch;
use super::find;
use super::seen::Seen;
use crate::http::{Body, problems};
use crate::platform::problem::{Error, FieldFault, Result};
use crate::verify::Verify;

/// The longest text that is read, in bytes. No marking code comes near.
pub(super) const LONGEST: usize = 2_048;
/// A body that holds such a text, each byte of it escaped.
const LONGEST_BODY: usize = 16_384;

/// Routes of verify.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(get_verify).service(post_verify).service(batch::post_batch);
}

/// A code to be checked, in the address.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
struct Question {
    /// The code as the scanner gave it, or typed from beneath the symbol. Percent-encoded; GS is `%1D`.
    #[param(max_length = 2048, example = "(01)04870001234560(21)3k7QpW2mXc9Zt")]
    code: String,
    /// How the code was read, if known. A symbol that a camera or a scanner has read is not believed without its seal.
    #[param(inline)]
    source: Option<AskedBy>,
}

/// A code to be checked, in the body.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeToVerify {
    /// The code as the scanner gave it, or typed from beneath the symbol. GS is `\u001d`.
    #[schema(max_length = 2048, example = "(01)04870001234560(21)3k7QpW2mXc9Zt")]
    code: String,
    /// How the code was read, if known. A symbol that a camera or a scanner has read is not believed without its seal.
    #[schema(inline)]
    source: Option<AskedBy>,
}

/// Answers whether a scanned unit was issued, may be sold, and what its label should say.
///
/// Any text gets an answer: one that can be no code is `misread` with the place of the fault, one that the register
/// never issued is `unknown`. Only a missing or overlong parameter is refused.
///
/// An answer may be older than a change that was acknowledged a moment ago, by a quarter second as a rule and by four
/// seconds at most; `as_of` says of which moment it is. Whoever changed something and asks next is answered with the
/// change: `Tanba-Seen` carries that over from one process to another.
#[utoipa::path(
    tag = "verify",
    operation_id = "verify",
    params(Question, Seen),
    responses(
        (status = 200, description = "What the code is", body = Answer),
        (status = 413, description = "Longer than any code: `code-too-long`", body = crate::http::refusal::Problem,
            content_type = "application/problem+json"),
        problems::Malformed, problems::Always,
    ),
    security(()),
)]
#[get("/v1/verify")]
async fn get_verify(state: web::Data<Verify>, question: Question) -> Result<HttpResponse> {
    verify(&state, &question.code, question.source).await
}

/// The same for codes that must not stand in anybody's log.
#[utoipa::path(
    tag = "verify",
    operation_id = "verify_privately",
    params(Seen),
    request_body = CodeToVerify,
    responses((status = 200, description = "What the code is", body = Answer), problems::Sent, problems::Always),
    security(()),
)]
#[post("/v1/verify")]
async fn post_verify(
    state: web::Data<Verify>,
    Body(question): Body<CodeToVerify, LONGEST_BODY>,
) -> Result<HttpResponse> {
    verify(&state, &question.code, question.source).await
}

async fn verify(state: &Verify, code: &str, source: Option<AskedBy>) -> Result<HttpResponse> {
    if code.len() > LONGEST {
        return Err(Error::TooLarge("code-too-long"));
    }
    let (verdict, json) = find::answer_json(state, code, source).await?;
    count(verdict);
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(json))
}

/// Counts a verdict; the counters are looked up once.
pub(super) fn count(verdict: Verdict) {
    static COUNTERS: LazyLock<[Counter; Verdict::ALL.len()]> = LazyLock::new(|| {
        Verdict::ALL.map(|verdict| metrics::counter!("tanba_verdicts_total", "verdict" => verdict.slug()))
    });
    if let Some(counter) = COUNTERS.get(verdict as usize) {
        counter.increment(1);
    }
}

impl FromRequest for Question {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let fault = |field, slug| Err(Error::Malformed("malformed-query", vec![FieldFault::new(field, slug)]));
        let query = request.query_string();
        if let Some(code) = only_code(query) {
            return ready(Ok(Self { code, source: None }));
        }
        let values = |name: &'static str| {
            form_urlencoded::parse(query.as_bytes()).filter(move |(own, _)| own == name).map(|(_, value)| value)
        };
        let (mut codes, mut sources) = (values("code"), values("source"));
        let source = match (sources.next(), sources.next()) {
            (None, _) => None,
            (Some(word), None) => {
                if let Some(source) = AskedBy::named(&word) {
                    Some(source)
                } else {
                    let fault = FieldFault::with("source", "field-not-one-of", &[("allowed", AskedBy::words().into())]);
                    return ready(Err(Error::Malformed("malformed-query", vec![fault])));
                }
            }
            (Some(_), Some(_)) => return ready(fault("source", "field-doubled")),
        };
        ready(match (codes.next(), codes.next()) {
            (None, _) => fault("code", "field-required"),
            (Some(code), None) => Ok(Self { code: code.into_owned(), source }),
            (Some(_), Some(_)) => fault("code", "field-doubled"),
        })
    }
}

/// The code of a query that holds nothing else, written as addresses are: this is the question that is asked most, and
/// to read it takes a third of the time so. `None` for any other query, which says nothing about it.
fn only_code(query: &str) -> Option<String> {
    let value = query.strip_prefix("code=").filter(|value| !value.contains(['&', '+']))?;
    let mut code = Vec::with_capacity(value.len());
    let mut pieces = value.split('%');
    code.extend_from_slice(pieces.next()?.as_bytes());
    for piece in pieces {
        let (byte, rest) = piece.split_at_checked(2)?;
        code.push(u8::from_str_radix(byte, 16).ok()?);
        code.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(code).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A query that is read the short way is read the same in every other.
        #[test]
        fn a_query_that_is_read_quickly_is_read_rightly(value in "([ -~]|%[0-9A-Fa-f]{2}|ә){0,40}") {
            let query = format!("code={value}");
            if let Some(code) = only_code(&query) {
                let read: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
                prop_assert_eq!(read, [("code".into(), code.into())]);
            }
        }
    }

    #[test]
    fn a_code_as_phones_ask_about_it_is_read_quickly() {
        let read = only_code("code=0104870001234560213ABC%1D91k7Qa%1D92t%2B%2f%3D");
        assert_eq!(read.as_deref(), Some("0104870001234560213ABC\u{1d}91k7Qa\u{1d}92t+/="));
        for query in ["", "code", "code=a+b", "code=a&lang=kk", "lang=kk&code=a", "code=%", "code=%f", "code=%FF"] {
            assert_eq!(only_code(query), None, "{query}");
        }
    }
}
