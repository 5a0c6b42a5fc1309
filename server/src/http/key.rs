//! The header `Idempotency-Key`: how a handler takes it, and how the contract describes it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use crate::platform::idempotency::{HEADER, IdempotencyKey};
use crate::platform::problem::{Error, FieldFault, Result};

impl FromRequest for IdempotencyKey {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let refused = |problem, fault| Err(Error::Malformed(problem, vec![FieldFault::new(HEADER, fault)]));
        ready(match request.headers().get(HEADER) {
            None => refused("idempotency-key-missing", "field-required"),
            Some(value) => match value.to_str().unwrap_or_default().parse() {
                Ok(key) => Ok(key),
                Err(_) => refused("malformed-header", "field-idempotency-key"),
            },
        })
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(8))
            .max_length(Some(64))
            .pattern(Some("^[!-~]{8,64}$"));
        let header = ParameterBuilder::new()
            .name(HEADER)
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .schema(Some(text))
            .example(Some("3f1c0b9e-5c1d-4f3e-9a57-2f5d8f0b6a11".into()))
            .description(Some(
                "Chosen by the client, kept for a day: the same key again gives the same answer and changes nothing. \
                 Secrets are answered once only.",
            ));
        vec![header.build()]
    }
}
