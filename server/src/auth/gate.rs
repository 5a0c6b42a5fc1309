//! The door before every route: who asks is found out, and held against the roles that the contract names for the
//! route, before anything else of the request is read (X2). So nobody makes us read a body, or learns what is wrong
//! with one, on a route that isn't theirs. The extractors in [`super::caller`] then demand the same once more.

use std::collections::HashMap;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, ResponseError, web};
use serde_json::Value;

use super::caller::{Caller, Role, authenticate, keep_refusal};
use crate::platform::problem::{Error, Result};

/// Which roles each route is for; public ones are left out.
#[derive(Debug)]
pub(crate) struct Gate(HashMap<(String, String), Vec<Role>>);

impl Gate {
    /// Reads the roles from the contract. Refuses a word that is no role.
    pub(crate) fn of(api: &utoipa::openapi::OpenApi) -> Result<Self> {
        let api = serde_json::to_value(api)?;
        let paths = api["paths"].as_object().into_iter().flatten();
        let operations = paths.flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flatten();
            methods.map(move |(method, operation)| ((method.to_ascii_uppercase(), path.clone()), operation))
        });
        let demanded = operations.map(|(route, operation)| Ok((route, roles(&operation["security"])?)));
        let demanded: HashMap<_, _> = demanded.collect::<Result<_>>()?;
        Ok(Self(demanded.into_iter().filter(|(_, roles)| !roles.is_empty()).collect()))
    }

    fn roles(&self, request: &ServiceRequest) -> Option<&[Role]> {
        let route = (request.method().as_str().to_owned(), request.match_pattern()?);
        self.0.get(&route).map(Vec::as_slice)
    }
}

/// The roles that an operation's `security` names.
fn roles(security: &Value) -> Result<Vec<Role>> {
    let schemes = security.as_array().into_iter().flatten().filter_map(|scheme| scheme["bearer"].as_array());
    schemes
        .flatten()
        .map(|role| {
            let role = role.as_str().unwrap_or_default();
            role.parse().map_err(|_| Error::internal(format!("the contract names the role {role}")))
        })
        .collect()
}

/// Lets through whom the route is for, as a [`Caller`] that the extractors find; refuses everybody else.
pub(crate) async fn admit(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    let gate = request.app_data::<web::Data<Gate>>().cloned();
    if let Some(roles) = gate.as_ref().and_then(|gate| gate.roles(&request)) {
        match admitted(&request, roles).await {
            Ok(caller) => {
                request.extensions_mut().insert(caller);
            }
            Err(refusal) => return Ok(request.into_response(refusal.error_response()).map_into_right_body()),
        }
    }
    Ok(next.call(request).await?.map_into_left_body())
}

async fn admitted(request: &ServiceRequest, roles: &[Role]) -> Result<Caller> {
    let (app, caller) = authenticate(request.request()).await?;
    app.limiter.take_of_account(caller.account)?;
    if !roles.contains(&caller.role) {
        keep_refusal(&app, &caller, request.request()).await;
        return Err(Error::Forbidden("forbidden"));
    }
    if caller.is_limited && !request.match_pattern().is_some_and(|route| FIRST.contains(&route.as_str())) {
        return Err(Error::Forbidden("secrets-not-replaced"));
    }
    Ok(caller)
}

/// What is open to a person whose secrets were chosen by somebody else (X74): seeing who is signed in, replacing the
/// secrets, and leaving.
const FIRST: [&str; 5] = [
    "/v1/auth/me",
    "/v1/auth/password",
    "/v1/auth/second-factor",
    "/v1/auth/second-factor/confirm",
    "/v1/auth/sign-out",
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    /// X2
    #[test]
    fn a_route_is_for_the_roles_that_its_contract_names() {
        assert_eq!(roles(&json!([{ "bearer": ["clerk", "operator"] }])).unwrap(), [Role::Clerk, Role::Operator]);
        assert!(roles(&json!([{}])).unwrap().is_empty());
        assert!(roles(&json!([{ "bearer": ["king"] }])).is_err());
    }
}
