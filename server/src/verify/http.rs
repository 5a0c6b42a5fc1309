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
use super::find;
use crate::app::App;
use crate::error::{Error, FieldFault, Result};
use crate::http::{Body, problems};

/// The longest text that is read, in bytes. No marking code comes near.
const LONGEST: usize = 2_048;
/// A body that holds such a text, each byte of it escaped.
const LONGEST_BODY: usize = 16_384;

/// Routes of verify.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(get_verify).service(post_verify);
}

/// A code to be checked, in the address.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
struct Question {
    /// The code as the scanner gave it, or typed from beneath the symbol. Percent-encoded; GS is `%1D`.
    #[param(max_length = 2048, example = "(01)04870001234560(21)3k7QpW2mXc9Zt")]
    code: String,
}

/// A code to be checked, in the body.
#[derive(Debug, Deserialize, ToSchema)]
struct CodeToVerify {
    /// The code as the scanner gave it, or typed from beneath the symbol. GS is `\u001d`.
    #[schema(max_length = 2048, example = "(01)04870001234560(21)3k7QpW2mXc9Zt")]
    code: String,
}

/// Answers whether a scanned unit was issued, may be sold, and what its label should say.
///
/// Any text gets an answer: one that can be no code is `misread` with the place of the fault, one that the register
/// never issued is `unknown`. Only a missing or overlong parameter is refused.
#[utoipa::path(
    tag = "verify",
    operation_id = "verify",
    params(Question),
    responses(
        (status = 200, description = "What the code is", body = Answer),
        (status = 413, description = "Longer than any code: `code-too-long`", body = crate::error::Problem,
            content_type = "application/problem+json"),
        problems::Malformed, problems::Always,
    ),
    security(()),
)]
#[get("/v1/verify")]
async fn get_verify(app: web::Data<App>, question: Question) -> Result<HttpResponse> {
    verify(&app, &question.code).await
}

/// The same for codes that must not stand in anybody's log.
#[utoipa::path(
    tag = "verify",
    operation_id = "verify_privately",
    request_body = CodeToVerify,
    responses((status = 200, description = "What the code is", body = Answer), problems::Sent, problems::Always),
    security(()),
)]
#[post("/v1/verify")]
async fn post_verify(app: web::Data<App>, Body(question): Body<CodeToVerify, LONGEST_BODY>) -> Result<HttpResponse> {
    verify(&app, &question.code).await
}

async fn verify(app: &App, code: &str) -> Result<HttpResponse> {
    if code.len() > LONGEST {
        return Err(Error::TooLarge("code-too-long"));
    }
    let (verdict, json) = find::answer_json(app, code).await?;
    count(verdict);
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(json))
}

/// Counts a verdict; the counters are looked up once.
fn count(verdict: Verdict) {
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

    /// Read by hand: this is the question that is asked most.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let fault = |slug| Err(Error::Malformed("malformed-query", vec![FieldFault::new("code", slug)]));
        let mut codes = form_urlencoded::parse(request.query_string().as_bytes()).filter(|(name, _)| name == "code");
        ready(match (codes.next(), codes.next()) {
            (None, _) => fault("field-required"),
            (Some((_, code)), None) => Ok(Self { code: code.into_owned() }),
            (Some(_), Some(_)) => fault("field-doubled"),
        })
    }
}
