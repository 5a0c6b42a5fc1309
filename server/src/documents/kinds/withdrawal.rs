//! Goods leave the market without a sale at a till (S13).

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use marking::status::{Event, WithdrawalReason};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fields::{MAX_WORDS, words};
use crate::auth::Participant;
use crate::documents::Documents;
use crate::documents::filing::FilingContext;
use crate::documents::http::{DOCUMENT_BYTES, file};
use crate::documents::kind::{Content, Kind, KindEntry};
use crate::documents::receipt::Receipt;
use crate::documents::units::Units;
use crate::http::{SentBody, problems};
use crate::ledger::{AttributeChange, Effect};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};
use crate::registry::Faults;

inventory::submit! {
    KindEntry {
        slug: Withdrawal::SLUG,
        route: Withdrawal::ROUTE,
        effects: || WayOut::all().map(|way| (Some(way.slug()), way.effect())).collect(),
        routes: |routes| _ = routes.service(post_withdrawal),
    }
}

/// Goods leave the market without a sale at a till (S13).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Withdrawal {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The units.
    units: Units,
    /// Why: `own-needs`, `damaged`, `defect`, `utilisation`, `e-commerce`, `sampling`, `export`, `confiscated`,
    /// `other`, `destruction`, `loss`, `write-off` or `expiry`.
    #[schema(example = "damaged", max_length = 40)]
    reason: String,
    /// The same in words; needed where the reason is `other`.
    #[schema(max_length = 500)]
    words: Option<String>,
}

/// A way to leave the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WayOut {
    /// For a reason that is kept.
    Withdraw(WithdrawalReason),
    /// Destroyed.
    Destroy,
    /// Lost.
    Lose,
    /// Written off.
    WriteOff,
    /// Past its date.
    Expire,
}

impl WayOut {
    /// Every way.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        WithdrawalReason::ALL.into_iter().map(Self::Withdraw).chain([
            Self::Destroy,
            Self::Lose,
            Self::WriteOff,
            Self::Expire,
        ])
    }

    /// The stable name, as documents give it.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Withdraw(reason) => reason.slug(),
            Self::Destroy => "destruction",
            Self::Lose => "loss",
            Self::WriteOff => "write-off",
            Self::Expire => "expiry",
        }
    }

    /// The way of this name.
    pub(crate) fn find(slug: &str) -> Option<Self> {
        Self::all().find(|way| way.slug() == slug)
    }

    fn event(self) -> Event {
        match self {
            Self::Withdraw(reason) => Event::Withdraw(reason),
            Self::Destroy => Event::Destroy,
            Self::Lose => Event::Lose,
            Self::WriteOff => Event::WriteOff,
            Self::Expire => Event::Expire,
        }
    }

    /// What it does to units.
    fn effect(self) -> Effect {
        let effect = Effect::of(self.event()).leaving_packs();
        let Self::Withdraw(reason) = self else { return effect };
        let effect = effect.with_attributes(AttributeChange::Withdraw(reason));
        // A sale over the internet is one to a consumer.
        if reason == WithdrawalReason::ECommerce { effect.for_consumer() } else { effect }
    }
}

impl Kind for Withdrawal {
    const SLUG: &'static str = "withdraw";
    const ROUTE: &'static str = "/v1/withdrawals";

    type Checked = (WayOut, Option<String>);

    fn id(&self) -> Uuid {
        self.id
    }

    fn units(&self) -> &Units {
        &self.units
    }

    fn check(&self, _: NaiveDate) -> Result<(WayOut, Option<String>)> {
        let mut faults = Faults::default();
        let way = WayOut::find(&self.reason);
        if way.is_none() {
            let allowed = WayOut::all().map(WayOut::slug).collect::<Vec<_>>().join(", ");
            faults.add_with("reason", "field-not-one-of", &[("allowed", allowed.into())]);
        }
        let words = words("words", self.words.as_deref(), MAX_WORDS, &mut faults);
        if self.reason == "other" && self.words.is_none() {
            faults.add("words", "field-required");
        }
        faults.refuse()?;
        Ok((way.ok_or_else(|| Error::field("reason", "field-required"))?, words))
    }

    async fn content(
        _: &Transaction<'_>,
        _: &FilingContext<'_>,
        (way, words): (WayOut, Option<String>),
    ) -> Result<Content> {
        Ok(Content::of(way.effect(), json!({ "reason": way.slug(), "words": words })))
    }
}

/// Takes goods off the market without a sale at a till, for the given reason. A sale by post (`e-commerce`) makes
/// them *sold*, every other reason is final.
#[utoipa::path(
    tag = "codes",
    operation_id = "file_withdrawal",
    params(IdempotencyKey),
    request_body = Withdrawal,
    responses(
        (status = 201, description = "Filed, now or before", body = Receipt),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[post("/v1/withdrawals")]
async fn post_withdrawal(
    state: web::Data<Documents>,
    participant: Participant,
    key: IdempotencyKey,
    body: SentBody<Withdrawal, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    file(&state, &participant, &key, &body).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;
    use crate::documents::kinds::fields::tests::{checked, faults};

    #[test]
    fn a_withdrawal_says_why() {
        for way in WayOut::all() {
            let words = (way.slug() == "other").then_some("fell off a lorry");
            let (read, _) = checked::<Withdrawal>(json!({ "reason": way.slug(), "words": words })).unwrap();
            assert_eq!(read, way);
        }
        assert_eq!(faults::<Withdrawal>(json!({ "reason": "other" })), ["words field-required"]);
        assert_eq!(faults::<Withdrawal>(json!({ "reason": "sold" })), ["reason field-not-one-of"]);
    }
}
