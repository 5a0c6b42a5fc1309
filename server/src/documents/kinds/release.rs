//! Goods enter the market: *applied* becomes *in-circulation*, with the facts that the public is shown (D1.7).

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use marking::gtin::Gtin;
use marking::status::Event;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::fields::{date, past_date};
use crate::auth::Participant;
use crate::codes;
use crate::documents::Documents;
use crate::documents::filing::FilingContext;
use crate::documents::http::{DOCUMENT_BYTES, file};
use crate::documents::kind::{Content, Kind, KindEntry};
use crate::documents::receipt::Receipt;
use crate::documents::store;
use crate::documents::units::Units;
use crate::http::{SentBody, problems};
use crate::ledger::{Applied, AttributeChange, Declaration, Effect, Import, ReleaseFacts};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};
use crate::registry::{self, Bin, Faults, InvalidBin, ParticipantRole};

inventory::submit! {
    KindEntry { slug: Release::SLUG, route: Release::ROUTE, effects: || vec![(None, effect())], routes: |routes| _ = routes.service(post_release) }
}

/// Goods enter the market.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Release {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The units.
    units: Units,
    /// The day of production.
    #[schema(format = Date, example = "2026-11-10")]
    produced_on: Option<String>,
    /// The last day on which the goods are good.
    #[schema(format = Date, example = "2027-11-10")]
    expires_on: Option<String>,
    /// BIN of the importer, which is the participant that sends this; none for goods made in the country. Which facts
    /// goods need, the directory `release-facts` says.
    #[schema(example = "990140000384", pattern = "^[0-9]{12}$")]
    importer: Option<String>,
    /// Number of the customs declaration, together with an importer.
    #[schema(example = "55301/151126/0012345", pattern = "^[0-9]{5}/[0-9]{6}/[0-9]{7}$")]
    declaration_number: Option<String>,
    /// Day of the customs declaration, as in its number.
    #[schema(format = Date, example = "2026-11-15")]
    declared_on: Option<String>,
}

/// What a release says, with the importer by its BIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stated {
    produced_on: Option<NaiveDate>,
    expires_on: Option<NaiveDate>,
    /// Importer, and the customs declaration where there is one.
    import: Option<(Bin, Option<Declaration>)>,
}

/// What it does to units, besides the facts that it states.
fn effect() -> Effect {
    Effect::of(Event::Release)
}

impl Kind for Release {
    const SLUG: &'static str = "release";
    const ROUTE: &'static str = "/v1/releases";

    type Checked = Stated;

    fn id(&self) -> Uuid {
        self.id
    }

    fn units(&self) -> &Units {
        &self.units
    }

    fn check(&self, today: NaiveDate) -> Result<Stated> {
        let mut faults = Faults::default();
        let produced_on = past_date("produced_on", self.produced_on.as_deref(), today, &mut faults);
        let expires_on = date("expires_on", self.expires_on.as_deref(), &mut faults);
        match (produced_on, expires_on) {
            (Some(produced_on), Some(expires_on)) if expires_on <= produced_on => {
                faults.add("expires_on", "field-expiry-before-production");
            }
            (_, Some(expires_on)) if expires_on < today => faults.add("expires_on", "field-in-the-past"),
            _ => {}
        }
        let import = self.import(today, &mut faults);
        faults.refuse()?;
        Ok(Stated { produced_on, expires_on, import })
    }

    /// Only the importer itself releases what it imported. A customs declaration is one importer's and serves several of
    /// their releases: 422 when it is another's.
    async fn content(tx: &Transaction<'_>, filing: &FilingContext<'_>, stated: Stated) -> Result<Content> {
        let Stated { produced_on, expires_on, import } = stated;
        let import = match import {
            None => None,
            Some((bin, declaration)) => {
                let importer = registry::find_participant_by_bin(tx, bin).await?;
                let importer = importer.filter(|importer| Some(importer.number) == filing.caller.participant);
                let importer = importer.ok_or_else(|| Error::field("importer", "field-not-own-bin"))?;
                if !importer.is(ParticipantRole::Importer) {
                    return Err(Error::field("importer", "field-not-an-importer"));
                }
                if let Some(declaration) = &declaration
                    && store::hold_declaration(tx, &declaration.number, importer.number).await? != importer.number
                {
                    return Err(Error::field("declaration_number", "field-declaration-of-another"));
                }
                Some(Import { importer: importer.number, declaration })
            }
        };
        let facts = AttributeChange::Release(ReleaseFacts { produced_on, expires_on, import });
        Ok(Content::plain(effect().with_attributes(facts)))
    }

    /// Refuses a release that lacks facts which its goods need, or states some that they can't have.
    async fn confirm(tx: &Transaction<'_>, content: &Content, applied: &Applied) -> Result<()> {
        let AttributeChange::Release(facts) = &content.effect.attributes else {
            return Err(Error::internal("a release has facts"));
        };
        let numbers: Vec<u32> = applied.orders.iter().map(|order| order.number).collect();
        let goods: Vec<Gtin> = codes::find_orders(tx, &numbers).await?.iter().map(|order| order.gtin).collect();
        let stated = facts.stated();
        let mut faults = registry::Faults::default();
        for product in registry::find_products(tx, &goods).await?.values() {
            registry::check_release(product, &stated, &mut faults);
        }
        faults.refuse()
    }
}

impl Release {
    /// Importer and declaration: none of it, the importer alone, or all.
    fn import(&self, today: NaiveDate, faults: &mut Faults) -> Option<(Bin, Option<Declaration>)> {
        let number = self.declaration_number.as_deref();
        let Some(importer) = &self.importer else {
            for (field, given) in
                [("declaration_number", number.is_some()), ("declared_on", self.declared_on.is_some())]
            {
                if given {
                    faults.add(field, "field-only-for-imports");
                }
            }
            return None;
        };
        let importer = faults.keep("importer", importer.parse::<Bin>(), InvalidBin::slug);
        if number.is_none() && self.declared_on.is_none() {
            return Some((importer?, None));
        }
        let declared_on = past_date("declared_on", self.declared_on.as_deref(), today, faults);
        if self.declared_on.is_none() {
            faults.add("declared_on", "field-required");
        }
        match number.map(day_of_declaration) {
            None => faults.add("declaration_number", "field-required"),
            Some(None) => faults.add("declaration_number", "field-not-a-declaration"),
            Some(Some(day)) if declared_on.is_some_and(|date| date.format("%d%m%y").to_string() != day) => {
                faults.add("declaration_number", "field-declaration-date");
            }
            Some(Some(_)) => {}
        }
        let declaration = Declaration { number: number?.to_owned(), declared_on: declared_on? };
        Some((importer?, Some(declaration)))
    }
}

/// The middle of a customs declaration's number `NNNNN/DDMMYY/NNNNNNN`: the day as six digits; `None` for another form.
fn day_of_declaration(number: &str) -> Option<&str> {
    let mut parts = number.split('/');
    let (post, day, serial) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    let right = parts.next().is_none() && digits(post, 5) && digits(day, 6) && digits(serial, 7);
    right.then_some(day)
}

/// Releases goods into circulation: *applied* becomes *in-circulation*, with the dates and the import that the public
/// is shown.
#[utoipa::path(
    tag = "codes",
    operation_id = "file_release",
    params(IdempotencyKey),
    request_body = Release,
    responses(
        (status = 201, description = "Filed, now or before", body = Receipt),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[post("/v1/releases")]
async fn post_release(
    state: web::Data<Documents>,
    participant: Participant,
    key: IdempotencyKey,
    body: SentBody<Release, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    file(&state, &participant, &key, &body).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;
    use crate::documents::kinds::fields::tests::{checked, faults};

    /// D1.7: production date, importer, declaration's number and date are what the public is shown.
    #[test]
    fn a_release_of_imported_goods_names_importer_and_declaration() {
        let body = json!({
            "produced_on": "2026-11-10", "expires_on": "2027-11-10", "importer": "990140000384",
            "declaration_number": "55301/151126/0012345", "declared_on": "2026-11-15"
        });
        let (bin, declaration) = checked::<Release>(body).unwrap().import.unwrap();
        let declaration = declaration.unwrap();
        assert_eq!((bin.to_string().as_str(), declaration.number.as_str()), ("990140000384", "55301/151126/0012345"));
        assert_eq!(declaration.declared_on.to_string(), "2026-11-15");
        let union = checked::<Release>(json!({ "importer": "990140000384" })).unwrap();
        assert!(matches!(union.import, Some((_, None))), "goods of the union have no declaration");
        assert!(checked::<Release>(json!({})).is_ok(), "domestic goods without facts");
    }

    #[test]
    fn a_release_whose_facts_do_not_fit_together_is_refused_with_every_fault() {
        let body = json!({ "produced_on": "2026-11-21", "expires_on": "2026-13-01", "importer": "990140000385",
            "declaration_number": "55301-151126-0012345" });
        let expected = [
            "produced_on field-in-the-future",
            "expires_on field-not-a-date",
            "importer field-check-digit",
            "declared_on field-required",
            "declaration_number field-not-a-declaration",
        ];
        assert_eq!(faults::<Release>(body), expected);
        let body = json!({ "produced_on": "2026-11-10", "expires_on": "2026-11-10", "declared_on": "2026-11-15" });
        let expected = ["expires_on field-expiry-before-production", "declared_on field-only-for-imports"];
        assert_eq!(faults::<Release>(body), expected);
        assert_eq!(faults::<Release>(json!({ "expires_on": "2026-11-19" })), ["expires_on field-in-the-past"]);
        let body = json!({ "importer": "990140000384", "declared_on": "2026-11-14",
            "declaration_number": "55301/151126/0012345" });
        assert_eq!(faults::<Release>(body), ["declaration_number field-declaration-date"]);
    }

    #[test]
    fn the_number_of_a_declaration_has_three_parts_of_digits() {
        assert_eq!(day_of_declaration("55301/151126/0012345"), Some("151126"));
        for wrong in ["", "55301/151126", "5530/151126/0012345", "55301/151126/0012345/1", "5530A/151126/0012345"] {
            assert_eq!(day_of_declaration(wrong), None, "{wrong}");
        }
    }
}
