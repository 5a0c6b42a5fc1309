//! How the code of a question was read.

use serde::Deserialize;
use utoipa::ToSchema;

/// How a text came to whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AskedBy {
    /// A camera that read the symbol.
    Camera,
    /// A picture of the symbol.
    Picture,
    /// A till's or store's scanner.
    Scanner,
    /// Somebody's fingers.
    Typed,
    /// A link that was opened or passed on.
    Link,
}

impl AskedBy {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Camera, "camera"),
        (Self::Picture, "picture"),
        (Self::Scanner, "scanner"),
        (Self::Typed, "typed"),
        (Self::Link, "link"),
    ];

    /// Every word, for people.
    pub(super) fn words() -> String {
        Self::ALL.map(|(_, word)| word).join(", ")
    }

    /// Reads the word for it.
    pub(super) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find_map(|(source, own)| (own == word).then_some(source))
    }
}
