//! The contract: every route of the service, and what `openapi.yaml` says of them.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use super::health;
use crate::platform::problem::{Error, Result};
use crate::{
    alerts, auth, codes, decode, demo, documents, http, keys, labels, office, recalls, registry, reports, scans, stock,
    verify,
};

/// The contract as a whole; paths and schemas are collected from the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tanba",
        description = "The open register of marking codes: what goods are, whether they may be sold, and a way to complain.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    modifiers(&Shared)
)]
struct Contract;

/// What routes refer to: the scheme of tokens (a route's list beside it names the roles that it takes), the refusals that
/// many routes share.
struct Shared;

impl Modify for Shared {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("The access token of `POST /v1/auth/sign-in`."));
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
        for (name, refusal) in http::problems::shared() {
            components.responses.insert(name.to_owned(), refusal.into());
        }
    }
}

/// Every route of the service, one line a capability. They are tried in this order, so what the public asks all the
/// time comes first.
pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.configure(verify::routes);
    routes.configure(scans::routes);
    routes.configure(keys::routes);
    routes.configure(health::routes);
    routes.configure(auth::routes);
    routes.configure(registry::routes);
    routes.configure(codes::routes);
    routes.configure(documents::routes);
    routes.configure(labels::routes);
    routes.configure(recalls::routes);
    routes.configure(decode::routes);
    routes.configure(demo::routes);
    routes.configure(stock::routes);
    routes.configure(reports::routes);
    routes.configure(alerts::routes);
    routes.configure(office::routes);
}

/// The contract as it is served: what `openapi.yaml` must say.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let (_, mut api) =
        actix_web::App::new().into_utoipa_app().openapi(Contract::openapi()).configure(routes).split_for_parts();
    http::known::describe(&mut api).expect("the contract is JSON");
    api
}

/// The same as text. Older readers of YAML take `no` for a boolean and `2026-11-20` for an instant: such words are
/// quoted.
pub fn contract() -> Result<String> {
    let yaml = openapi().to_yaml().map_err(Error::internal)?;
    Ok(yaml.lines().fold(String::with_capacity(yaml.len()), |text, line| text + &unmistakable(line) + "\n"))
}

/// The line, with its last word in quotes where older readers of YAML take it for another type.
fn unmistakable(line: &str) -> std::borrow::Cow<'_, str> {
    let is_date = |word: &str| chrono::NaiveDate::parse_from_str(word, "%Y-%m-%d").is_ok();
    match line.rsplit_once(' ') {
        Some((before, word)) if before.ends_with(['-', ':']) => match word {
            "yes" | "no" | "on" | "off" | "y" | "n" => format!("{before} '{word}'").into(),
            date if is_date(date) => format!("{before} '{word}'").into(),
            _ => line.into(),
        },
        _ => line.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_older_readers_mistake_are_quoted() {
        for (line, written) in [
            ("      - no", "      - 'no'"),
            ("      example: 2026-11-20", "      example: '2026-11-20'"),
            ("      - unknown", "      - unknown"),
            ("      description: They say no", "      description: They say no"),
            ("      - '2026-11-20'", "      - '2026-11-20'"),
            ("      on:", "      on:"),
        ] {
            assert_eq!(unmistakable(line), written);
        }
    }
}
