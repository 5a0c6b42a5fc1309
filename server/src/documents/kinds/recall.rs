//! Goods are recalled wherever they are, or a recall is lifted. Their status stays.

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::fields::{MAX_WORDS, past_date};
use crate::auth::Member;
use crate::documents::Documents;
use crate::documents::filing::FilingContext;
use crate::documents::http::{DOCUMENT_BYTES, file, none};
use crate::documents::kind::{Content, Kind, KindEntry};
use crate::documents::receipt::Receipt;
use crate::documents::units::Units;
use crate::http::{SentBody, problems};
use crate::ledger::{AttributeChange, Effect, Recall};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::Result;
use crate::registry::{Faults, Names};

/// The kind of a recall's end.
const LIFT: &str = "lift-recall";

inventory::submit! {
    KindEntry { slug: LIFT, route: RecallRequest::ROUTE, effects: || vec![(None, Effect::on_attributes(AttributeChange::LiftRecall))], routes: none }
}

inventory::submit! {
    KindEntry { slug: RecallRequest::SLUG, route: RecallRequest::ROUTE, effects: || vec![(None, Effect::on_attributes(AttributeChange::Recall(Recall { reason: Names::default(), on: NaiveDate::MIN })))], routes: |routes| _ = routes.service(post_recall) }
}

/// A reason in each language, as the contract describes it: longer than a name.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read as names with another bound")]
struct RecallReason {
    /// In Kazakh.
    #[schema(min_length = 1, max_length = 500, example = "Партиядан шыны сынықтары табылды")]
    kk: String,
    /// In Russian.
    #[schema(min_length = 1, max_length = 500, example = "В партии найдены осколки стекла")]
    ru: String,
    /// In English; the Russian text where it is left out.
    #[schema(required = false, max_length = 500, example = "Glass splinters were found in the batch")]
    en: String,
}

/// Goods are recalled, or a recall is lifted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct RecallRequest {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The units.
    units: Units,
    /// Why, in words for the public, at most 500 characters in each language; needed unless a recall is lifted.
    #[schema(value_type = Option<RecallReason>, example = json!({ "kk": "Партиядан шыны сынықтары табылды", "ru": "В партии найдены осколки стекла" }))]
    reason: Option<Names>,
    /// Since when; today where it is left out.
    #[schema(format = Date, example = "2026-11-19")]
    recalled_on: Option<String>,
    /// Whether the current recall is lifted.
    #[serde(default)]
    #[schema(default = false)]
    lift: bool,
}

impl Kind for RecallRequest {
    const SLUG: &'static str = "recall";
    const ROUTE: &'static str = "/v1/recalls";

    type Checked = (AttributeChange, Value);

    fn slug(&self) -> &'static str {
        if self.lift { LIFT } else { Self::SLUG }
    }

    fn id(&self) -> Uuid {
        self.id
    }

    fn units(&self) -> &Units {
        &self.units
    }

    fn check(&self, today: NaiveDate) -> Result<(AttributeChange, Value)> {
        let mut faults = Faults::default();
        let reason = self.reason.as_ref().map(|reason| reason.checked_within("reason", MAX_WORDS, &mut faults));
        let on = past_date("recalled_on", self.recalled_on.as_deref(), today, &mut faults);
        if reason.is_none() && !self.lift {
            faults.add("reason", "field-required");
        }
        faults.refuse()?;
        let details = json!({ "reason": reason, "recalled_on": on });
        let recall = Recall { reason: reason.unwrap_or_default(), on: on.unwrap_or(today) };
        Ok((if self.lift { AttributeChange::LiftRecall } else { AttributeChange::Recall(recall) }, details))
    }

    async fn content(
        _: &Transaction<'_>,
        _: &FilingContext<'_>,
        (change, details): (AttributeChange, Value),
    ) -> Result<Content> {
        Ok(Content::of(Effect::on_attributes(change), details))
    }
}

/// Recalls goods wherever they are, or lifts a recall. Operators recall any goods; a participant those whose codes it
/// ordered, whatever participant holds them by now. Their status stays; they can't be sold, and a scan of one shows why.
#[utoipa::path(
    tag = "codes",
    operation_id = "file_recall",
    params(IdempotencyKey),
    request_body = RecallRequest,
    responses(
        (status = 201, description = "Filed, now or before", body = Receipt),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[post("/v1/recalls")]
async fn post_recall(
    state: web::Data<Documents>,
    member: Member,
    key: IdempotencyKey,
    body: SentBody<RecallRequest, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    file(&state, &member, &key, &body).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;
    use crate::documents::kinds::fields::tests::{checked, faults, today};

    #[test]
    fn a_recall_says_why_unless_it_is_lifted() {
        assert_eq!(faults::<RecallRequest>(json!({})), ["reason field-required"]);
        let (change, _) = checked::<RecallRequest>(json!({ "lift": true })).unwrap();
        assert_eq!(change, AttributeChange::LiftRecall);
        let body = json!({ "reason": { "kk": " шыны ", "ru": " стекло " } });
        let (change, _) = checked::<RecallRequest>(body).unwrap();
        let recall = Recall {
            reason: Names { kk: "шыны".into(), ru: "стекло".into(), en: "стекло".into() },
            on: today(),
        };
        assert_eq!(change, AttributeChange::Recall(recall));
    }
}
