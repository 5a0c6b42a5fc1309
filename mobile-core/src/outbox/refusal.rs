//! Why something is not kept, in cases that an app can act on.

/// Why something is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotKept {
    /// There is no room; what is there is sent first.
    #[error("the outbox is full")]
    Full,
    /// It can't be sent as it is.
    #[error(transparent)]
    Unfit(#[from] Unfit),
}

impl NotKept {
    /// The stable name.
    pub fn slug(&self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Unfit(unfit) => unfit.slug(),
        }
    }
}

/// Why something can't be kept as it is: the register would refuse it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The id, or that of the device, is no UUID; or it belongs to a waiting thing of the other kind.
    #[error("an id is a UUID of one thing")]
    Id,
    /// The code is empty, longer than any, or has a zero in it.
    #[error("the code is empty, longer than any, or has a zero in it")]
    Code,
    /// The clock of the phone is wrong: no scan is older than the year 2000 or younger than 2099.
    #[error("the clock is wrong")]
    Time,
    /// The place is on no globe.
    #[error("the place is out of range")]
    Place,
    /// The verdict is none that the register gives, such as one that was given offline.
    #[error("not a verdict of the register")]
    Verdict,
    /// Too many texts, one too long, or one that is named `id`.
    #[error("too many texts, or one too long")]
    Texts,
    /// Too many photos, one too large, or an empty one.
    #[error("too many photos, or one too large")]
    Photos,
}

impl Unfit {
    /// The stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Id => "unfit-id",
            Self::Code => "unfit-code",
            Self::Time => "unfit-time",
            Self::Place => "unfit-place",
            Self::Verdict => "unfit-verdict",
            Self::Texts => "unfit-texts",
            Self::Photos => "unfit-photos",
        }
    }
}
