//! The language of the request that is being answered: set once on the way in, read wherever words
//! are chosen, so that no rule has to carry it.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::middleware::Next;
use locales::Language;

tokio::task_local! {
    static CURRENT: Language;
}

/// The language asked for by the client of the current request, or Kazakh outside of one.
pub(crate) fn current() -> Language {
    CURRENT.try_with(|language| *language).unwrap_or(Language::Kk)
}

/// Does some work whose words are for somebody who speaks this language.
pub(crate) async fn within<T>(language: Language, work: impl Future<Output = T>) -> T {
    CURRENT.scope(language, work).await
}

/// Reads `Accept-Language`, or the query's `lang` where a link must fix the language.
pub(crate) async fn choose(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let asked = request.query_string().split('&').find_map(|pair| pair.strip_prefix("lang="));
    let language = asked.and_then(|tag| tag.parse().ok()).unwrap_or_else(|| {
        let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        locales::negotiate(header.unwrap_or(""))
    });
    CURRENT.scope(language, next.call(request)).await
}
