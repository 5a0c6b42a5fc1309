//! `POST /v1/verify/batch`: many codes in one question, each answered as it is alone.

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, post, web};
use locales::Arg;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::Answer;
use super::asked::AskedBy;
use super::find;
use super::http::{LONGEST, count};
use super::seen::Seen;
use crate::http::limits::Admission;
use crate::http::{Body, ClientAddress, problems};
use crate::platform::problem::{Error, FieldFault, Result};
use crate::verify::Verify;

/// Most codes in one request.
const MOST_CODES: usize = 1_000;
/// A body that holds as many, each of them twice as long as the longest that is issued and half of its bytes escaped.
const LONGEST_BODY: usize = 2 << 20;

/// Codes to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodesToVerify {
    /// The codes, each as the scanner gave it, or typed from beneath the symbol. GS is `\u001d`.
    #[schema(min_items = 1, max_items = 1_000, example = json!(["(01)04870001234560(21)3k7QpW2mXc9Zt", "4870001234560"]))]
    codes: Vec<String>,
    /// How all of them were read, if known. A symbol that a camera or a scanner has read is not believed without its seal.
    #[schema(inline)]
    source: Option<AskedBy>,
}

/// What the codes are.
#[derive(Debug, Serialize, ToSchema)]
struct Answers {
    /// An answer for each code, in the order of the question. `null` where a store is away that this answer needs: ask for it
    /// again.
    #[schema(required)]
    answers: Vec<Option<Answer>>,
}

/// Answers 1 to 1,000 codes at once, each exactly as `verify` answers it alone.
///
/// For software that checks many goods: one request is far cheaper than as many questions, and counts by a lower limit a
/// minute and network. No code decides about the answer to another one. A request that has a fault in one of its fields is
/// refused as a whole, with the index of each.
#[utoipa::path(
    tag = "verify",
    operation_id = "verify_batch",
    params(Seen),
    request_body = CodesToVerify,
    responses((status = 200, description = "What the codes are", body = Answers), problems::Sent, problems::Always),
    security(()),
)]
#[post("/v1/verify/batch")]
pub(super) async fn post_batch(
    state: web::Data<Verify>,
    admission: web::Data<Admission>,
    from: ClientAddress,
    Body(question): Body<CodesToVerify, LONGEST_BODY>,
) -> Result<HttpResponse> {
    admission.limiter.take_batch(from.prefix())?;
    let texts: Vec<&str> = question.codes.iter().map(String::as_str).collect();
    check(&texts)?;
    let answers = find::answer_batch(&state, &texts, question.source).await?;
    answers.verdicts.into_iter().for_each(count);
    let json = [b"{\"answers\":[", answers.json.as_slice(), b"]}"].concat();
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(json))
}

/// Refuses a batch that is empty, too large, or has texts that are too long.
fn check(texts: &[&str]) -> Result<()> {
    if texts.is_empty() {
        return Err(Error::Invalid(vec![FieldFault::new("codes", "field-required")]));
    }
    if texts.len() > MOST_CODES {
        return Err(Error::TooLarge("too-many-items"));
    }
    let max = i64::try_from(LONGEST).unwrap_or(i64::MAX);
    let too_long = |(index, _): (usize, &&str)| {
        FieldFault::with(format!("codes[{index}]"), "field-too-long", &[("max", Arg::from(max))]).at(LONGEST)
    };
    let faults: Vec<_> = texts.iter().enumerate().filter(|(_, text)| text.len() > LONGEST).map(too_long).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_that_is_too_long_is_named_by_its_index() {
        let (long, right) = ("x".repeat(LONGEST + 1), "x".repeat(LONGEST));
        assert!(check(&[&right, ""]).is_ok());
        assert!(matches!(check(&[]), Err(Error::Invalid(faults)) if faults[0].field == "codes"));
        assert!(matches!(check(&["x"; MOST_CODES + 1]), Err(Error::TooLarge("too-many-items"))));
        let Err(Error::Invalid(faults)) = check(&[&long, &right, &long]) else { panic!("it has faults") };
        let fields: Vec<_> = faults.iter().map(|fault| (fault.field.as_ref(), fault.slug)).collect();
        assert_eq!(fields, [("codes[0]", "field-too-long"), ("codes[2]", "field-too-long")]);
    }
}
