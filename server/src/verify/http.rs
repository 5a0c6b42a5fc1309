//! Routes that answer what a code is. Public: anybody may ask, and nobody is remembered.

use actix_web::{get, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::answer::Answer;
use super::find;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Body, Query, problems};

/// The longest text that is read, in bytes. No marking code comes near.
const LONGEST: usize = 2_048;
/// A body that holds such a text, each byte of it escaped.
const LONGEST_BODY: usize = 16_384;

/// Routes of verify.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(get_verify).service(post_verify);
}

/// A code to be checked, in the address.
#[derive(Debug, Deserialize, IntoParams)]
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
async fn get_verify(app: web::Data<App>, Query(question): Query<Question>) -> Result<web::Json<Answer>> {
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
async fn post_verify(
    app: web::Data<App>,
    Body(question): Body<CodeToVerify, LONGEST_BODY>,
) -> Result<web::Json<Answer>> {
    verify(&app, &question.code).await
}

async fn verify(app: &App, code: &str) -> Result<web::Json<Answer>> {
    if code.len() > LONGEST {
        return Err(Error::TooLarge("code-too-long"));
    }
    let answer = find::answer(app, code).await?;
    metrics::counter!("tanba_verdicts_total", "verdict" => answer.verdict.slug()).increment(1);
    Ok(web::Json(answer))
}
