//! The refusals that routes share, for the contract: which statuses a kind of route can give, each with a problem.
//! A route names the kinds that fit it in its `responses(…)`, and its own refusals beside them.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident { $($status:literal $shared:ident: $description:literal),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            pub(crate) struct $name;

            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    BTreeMap::from([$(($status.to_owned(), Ref::from_response_name(stringify!($shared)).into())),+])
                }
            }
        )+

        /// Every shared refusal, by its name under `components/responses`.
        pub(crate) fn shared() -> Vec<(&'static str, Response)> {
            vec![$($((stringify!($shared), problem($description))),+),+]
        }
    };
}

problems! {
    /// Any route: asked too often, or a store is away.
    Always {
        "429" TooManyRequests: "Asked too often; `Retry-After` says when to come back",
        "503" Unavailable: "A store that is needed is away; nothing was changed, `Retry-After` says when to try again",
    }
    /// A route that demands a role.
    SignedIn {
        "401" Unauthenticated: "No token, or one that doesn't hold",
        "403" Forbidden: "The caller's role doesn't include this",
    }
    /// A route whose query, path or headers can be malformed.
    Malformed { "400" MalformedRequest: "A header, the path or the query can't be read" }
    /// A route that takes a JSON body.
    Sent {
        "400" MalformedBody: "A header, the query or the JSON can't be read",
        "413" BodyTooLarge: "The body is too large",
        "415" NotJson: "The body is not JSON",
        "422" InvalidFields: "Fields that don't hold, each with its place; or a key that was used for another request",
    }
    /// A route to a thing that may not be there.
    NotFound { "404" NotFound: "Nothing there, or nothing that this caller may know of" }
    /// A route that contradicts what the register holds.
    Conflict { "409" Conflict: "Contradicts what the register holds" }
    /// A route that takes no other names than those it documents.
    Strict { "422" UnknownName: "A query parameter or a field that the route does not have: `field-unknown`" }
}

fn problem(description: &str) -> Response {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use utoipa::ToSchema;

    use super::*;
    use crate::http::refusal::Problem;

    #[test]
    fn every_refusal_is_described_by_the_schema_of_a_problem() {
        assert_eq!(Problem::name(), "Problem");
        let mut all = Always::responses();
        all.extend(Sent::responses());
        assert_eq!(all.keys().collect::<Vec<_>>(), ["400", "413", "415", "422", "429", "503"]);
        let names: BTreeSet<&str> = shared().iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), shared().len(), "a name stands for one refusal");
        for (_, refusal) in shared() {
            let json = serde_json::to_string(&refusal).unwrap_or_default();
            assert!(json.contains("#/components/schemas/Problem"), "{json}");
        }
    }
}
