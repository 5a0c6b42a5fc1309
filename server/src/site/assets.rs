//! The built files: packed once when they were built, handed out in the packing that the browser takes. A release holds
//! them inside; while one develops they are read from the folder at each request.

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT_ENCODING, HeaderValue};
use rust_embed::{Embed, EmbeddedFile};

/// What `cargo xtask web` has built. Empty before that: then the service runs without the app.
#[derive(Embed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Built;

/// A file in one of its packings.
pub(super) struct Asset {
    /// Its content, maybe packed.
    pub(super) file: EmbeddedFile,
    /// `br` or `gzip`, when packed.
    pub(super) encoding: Option<&'static str>,
    /// The media type of what is inside.
    pub(super) media_type: &'static str,
}

/// A file by its path below the folder, in the best packing that the request takes.
pub(super) fn find(name: &str, request: &HttpRequest) -> Option<Asset> {
    // The packed twins are no files of their own.
    let media_type = media_type(name)?;
    let accepted = request.headers().get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (encoding, suffix) in [("br", ".br"), ("gzip", ".gz")] {
        if takes(accepted, encoding)
            && let Some(file) = Built::get(&format!("{name}{suffix}"))
        {
            return Some(Asset { file, encoding: Some(encoding), media_type });
        }
    }
    Built::get(name).map(|file| Asset { file, encoding: None, media_type })
}

/// A text file as it was built.
pub(super) fn text(name: &str) -> Option<String> {
    String::from_utf8(Built::get(name)?.data.into_owned()).ok()
}

/// Whether an `Accept-Encoding` takes this packing.
fn takes(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|choice| {
        let mut parts = choice.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        named && !parts.any(|weight| weight.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)))
    })
}

/// What kind of file it is, by the end of its name. None for a kind that the app has none of.
fn media_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" | "geojson" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        _ => return None,
    })
}

/// A tag for the content: the same file has the same.
pub(super) fn tag(file: &EmbeddedFile) -> Option<HeaderValue> {
    let hash = file.metadata.sha256_hash();
    HeaderValue::from_str(&format!("\"{}\"", hex::encode(&hash[..12]))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packing_is_used_only_where_it_is_taken() {
        for (accepted, br, gzip) in [
            ("gzip, deflate, br", true, true),
            ("br;q=0, gzip;q=0.5", false, true),
            ("BR", true, false),
            ("", false, false),
            ("identity", false, false),
        ] {
            assert_eq!((takes(accepted, "br"), takes(accepted, "gzip")), (br, gzip), "{accepted}");
        }
    }

    #[test]
    fn only_files_of_known_kinds_are_handed_out() {
        assert_eq!(media_type("assets/core-1a2b.wasm"), Some("application/wasm"));
        for name in ["assets/main.js.br", "assets/main.js.gz", "assets/main.js.map", "index.html", ".gitignore", "x"] {
            assert_eq!(media_type(name), None, "{name}");
        }
    }
}
