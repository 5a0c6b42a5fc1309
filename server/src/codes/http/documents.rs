//! Documents that change the status of units: each names its units by codes, ranges or packs, and does all of it or
//! nothing.

use actix_web::{HttpResponse, post, web};
use marking::gtin::Gtin;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{DOCUMENT_BYTES, file, fingerprint};
use crate::auth::{Caller, Member, Participant};
use crate::codes::Codes;
use crate::codes::deed::Deed;
use crate::codes::particulars::{Import, ReleaseFacts};
use crate::codes::perform::{Filing, Receipt, Wanted, perform};
use crate::codes::place::Place;
use crate::codes::reading::read_units_and_seals;
use crate::codes::request::{Application, Document, Does, RecallRequest, Release, Return, Sale, Withdrawal};
use crate::codes::store::order as orders;
use crate::codes::units::Naming;
use crate::http::{Body, problems};
use crate::platform::db::GenericClient;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::jobs::{self, Job};
use crate::platform::problem::{Error, FieldFault, Result};
use crate::registry::{self, ParticipantRole};

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes
        .service(post_application)
        .service(post_release)
        .service(post_sale)
        .service(post_return)
        .service(post_withdrawal)
        .service(post_recall);
}

/// Reads a document, finds whom it names, and files it.
async fn carry_out<D: Document>(
    state: &web::Data<Codes>,
    caller: &Caller,
    key: &IdempotencyKey,
    document: &D,
) -> Result<HttpResponse> {
    let now = super::now(state);
    let draft = document.draft(state.base.clock.today())?;
    let (wanted, seal) = read_units_and_seals(&state.keys.current(), document.units()).await?;
    let deed = settle(&state.base.db.get().await?, draft.does, caller.participant).await?;
    let fingerprint = fingerprint(caller, D::ROUTE, document)?;
    let keys = state.keys.current();
    let filing = Filing {
        caller,
        id: document.id(),
        deed: &deed,
        details: &draft.details,
        fingerprint: &fingerprint,
        now,
        keys: &keys,
    };
    let sold = if let (Deed::Sell, Wanted::Codes(places)) = (&deed, &wanted) { places.clone() } else { Vec::new() };
    let filed = file(state, key, document, filing, async |tx| {
        perform(tx, filing, wanted).await.map(|receipt| Receipt { seal, ..receipt })
    })
    .await;
    if let Err(error) = &filed
        && let Error::Conflict(_, faults) = error.refusal()
    {
        leave_to_judges(state, filing, &sold, faults).await?;
    }
    filed
}

/// A till asked to sell what can't be sold: whoever looks for counterfeits wants to know.
async fn leave_to_judges(
    state: &Codes,
    filing: Filing<'_>,
    sold: &[(Option<Gtin>, Place)],
    faults: &[FieldFault],
) -> Result<()> {
    let named = |at: usize| faults.iter().any(|fault| fault.field == Naming::Codes.place(at));
    let refused: Vec<_> = sold.iter().enumerate().filter(|(at, _)| named(*at)).map(|(_, place)| *place).collect();
    let Some(seller) = filing.caller.participant.filter(|_| !refused.is_empty()) else { return Ok(()) };
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    let places = orders::resolve_many(&tx, &refused).await?;
    let units: Vec<(u32, u32)> = places.iter().flatten().map(|place| (place.order, place.index)).collect();
    jobs::append(&tx, &Job::JudgeSale { seller, at: filing.now.timestamp(), units }).await?;
    Ok(tx.commit().await?)
}

/// What a document does, once its importer is found: only the importer itself releases what it imported (`own`).
pub(in crate::codes) async fn settle(db: &impl GenericClient, does: Does, own: Option<i32>) -> Result<Deed> {
    match does {
        Does::Plain(deed) => Ok(deed),
        Does::Release { produced_on, expires_on, import } => {
            let import = match import {
                None => None,
                Some((bin, declaration)) => {
                    let importer = registry::find_participant_by_bin(db, bin).await?;
                    let importer = importer.filter(|importer| Some(importer.number) == own);
                    let importer = importer.ok_or_else(|| Error::field("importer", "field-not-own-bin"))?;
                    if !importer.is(ParticipantRole::Importer) {
                        return Err(Error::field("importer", "field-not-an-importer"));
                    }
                    Some(Import { importer: importer.number, declaration })
                }
            };
            Ok(Deed::Release(ReleaseFacts { produced_on, expires_on, import }))
        }
        Does::Ship(_) => Err(Error::internal("shipments are filed elsewhere")),
    }
}

/// Reports codes as put on goods: *emitted* becomes *applied*.
#[utoipa::path(
    tag = "codes",
    operation_id = "file_application",
    params(IdempotencyKey),
    request_body = Application,
    responses(
        (status = 201, description = "Filed, now or before", body = Receipt),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[post("/v1/applications")]
async fn post_application(
    state: web::Data<Codes>,
    participant: Participant,
    key: IdempotencyKey,
    Body(document): Body<Application, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    carry_out(&state, &participant, &key, &document).await
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
    state: web::Data<Codes>,
    participant: Participant,
    key: IdempotencyKey,
    Body(document): Body<Release, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    carry_out(&state, &participant, &key, &document).await
}

/// Sells goods to consumers: *in-circulation* or *returned* becomes *sold*. Recalled goods and goods past their date
/// are refused. Units that are sold out of a pack leave it.
#[utoipa::path(
    tag = "codes",
    operation_id = "file_sale",
    params(IdempotencyKey),
    request_body = Sale,
    responses(
        (status = 201, description = "Filed, now or before", body = Receipt),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[post("/v1/sales")]
async fn post_sale(
    state: web::Data<Codes>,
    participant: Participant,
    key: IdempotencyKey,
    Body(document): Body<Sale, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    carry_out(&state, &participant, &key, &document).await
}

/// Takes goods back from consumers: *sold* becomes *returned*, and they may be sold again.
#[utoipa::path(
    tag = "codes",
    operation_id = "file_return",
    params(IdempotencyKey),
    request_body = Return,
    responses(
        (status = 201, description = "Filed, now or before", body = Receipt),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[post("/v1/returns")]
async fn post_return(
    state: web::Data<Codes>,
    participant: Participant,
    key: IdempotencyKey,
    Body(document): Body<Return, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    carry_out(&state, &participant, &key, &document).await
}

/// Takes goods off the market without a sale at a till, for the reason that is told. A sale by post (`e-commerce`) makes
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
    state: web::Data<Codes>,
    participant: Participant,
    key: IdempotencyKey,
    Body(document): Body<Withdrawal, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    carry_out(&state, &participant, &key, &document).await
}

/// Recalls goods wherever they are, or lifts a recall. Operators recall any goods; a participant those whose codes it
/// ordered, whoever holds them by now. Their status stays; they can't be sold, and everybody who scans one reads why.
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
    state: web::Data<Codes>,
    member: Member,
    key: IdempotencyKey,
    Body(document): Body<RecallRequest, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    carry_out(&state, &member, &key, &document).await
}
