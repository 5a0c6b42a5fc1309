//! Reports for inspectors: a list to work through, each report whole, and its photos.

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use locales::Language;
use marking::gtin::Gtin;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::{PhotoJpeg, ReportPhoto, Standing, category_text, photo_file};
use crate::auth::Inspector;
use crate::http::{Listed as Page, Page as Paging, Query, id_in_path, language, problems};
use crate::platform::audit::{self, Entry};
use crate::platform::bounds;
use crate::platform::clock;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::registry;
use crate::reports::Reports;
use crate::reports::code;
use crate::reports::draft::categories;
use crate::reports::inspect::{self, Inspected};
use crate::reports::report::{Event, Side};
use crate::reports::status::ReportStatus;
use crate::reports::store::{self, Filter, InCharge, Linked, Listed};
use crate::reports::text::search_key;
use crate::scans::Place;
use crate::verify::Answer;

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(list_reports).service(get_report).service(get_photo);
}

/// Longest search, in characters.
const MAX_SEARCH: usize = 100;

/// Which reports are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Where they stand.
    #[param(inline)]
    status: Option<ReportStatus>,
    /// A slug of `/v1/reference/report-categories`.
    #[param(max_length = 40, example = "expired-goods")]
    category: Option<String>,
    /// The product.
    #[param(pattern = "^([0-9]{8}|[0-9]{12,14})$", example = "4870112345674")]
    gtin: Option<String>,
    /// `me`: those that the caller is in charge of; `none`: those that nobody has taken.
    #[param(pattern = "^(me|none)$", example = "none")]
    assignee: Option<String>,
    /// `true`: only those whose answer is late.
    overdue: Option<bool>,
    /// Received on this day in Kazakhstan or later.
    from: Option<NaiveDate>,
    /// Received on this day in Kazakhstan or earlier.
    to: Option<NaiveDate>,
    /// Part of the number, the GTIN, the shop's name or the address; capitals and punctuation don't matter.
    #[param(max_length = 100, example = "береке")]
    search: Option<String>,
}

impl Wanted {
    /// The filter that it means, for an inspector of this region. Every fault is told at once.
    fn filter<'a>(&'a self, inspector: &'a Inspector, today: NaiveDate) -> Result<Filter<'a>> {
        let mut faults = Vec::new();
        let gtin = self.gtin.as_deref().and_then(|text| {
            let fault = |error| faults.push(FieldFault::new("gtin", registry::gtin_slug(error)));
            text.parse::<Gtin>().map_err(fault).ok().and_then(code::column)
        });
        let in_charge = match self.assignee.as_deref() {
            None => InCharge::Whoever,
            Some("me") => InCharge::Inspector(inspector.account),
            Some("none") => InCharge::Nobody,
            Some(_) => {
                faults.push(FieldFault::with("assignee", "field-not-one-of", &[("allowed", "me, none".into())]));
                InCharge::Whoever
            }
        };
        let category = self.category.as_deref();
        if category.is_some_and(|category| !registry::reference().has_report_category(category)) {
            faults.push(FieldFault::with("category", "field-not-one-of", &[("allowed", categories().into())]));
        }
        let mut day = |name: &str, day: Option<NaiveDate>| {
            let fault = day.and_then(|day| bounds::day_fault(name, day));
            let fits = fault.is_none();
            faults.extend(fault);
            day.filter(|_| fits)
        };
        let (from, to) = (day("from", self.from), day("to", self.to));
        let search = self.search.as_deref().map(search_key);
        if self.search.as_deref().is_some_and(|search| search.chars().count() > MAX_SEARCH) {
            faults.push(FieldFault::with("search", "field-too-long", &[("max", MAX_SEARCH.into())]));
        }
        if !faults.is_empty() {
            return Err(Error::Malformed("malformed-query", faults));
        }
        Ok(Filter {
            region: inspector.region.as_deref().unwrap_or_default(),
            status: self.status,
            category,
            gtin,
            in_charge,
            due_before: (self.overdue == Some(true)).then_some(today),
            from: from.map(clock::start_of),
            before: to.and_then(|to| to.succ_opt()).map(clock::start_of),
            search: search.filter(|search| !search.is_empty()),
            after: None,
            limit: 0,
        })
    }
}

/// A report in a list.
#[derive(Debug, Serialize, ToSchema)]
struct ListedReport {
    /// Its number.
    #[schema(example = "TB-26-0000123")]
    number: String,
    /// Where it stands.
    #[serde(flatten)]
    standing: Standing,
    /// What it is about.
    #[schema(example = "expired-goods")]
    category: String,
    /// The same in the caller's language.
    #[schema(example = "Expired on the shelf")]
    category_text: String,
    /// The first 200 characters of what its author wrote.
    words: String,
    /// The shop's name.
    outlet: Option<String>,
    /// The product.
    #[schema(value_type = Option<String>, example = "04870112345674")]
    gtin: Option<Gtin>,
    /// KATO code; none while it is nobody's.
    region: Option<String>,
    /// About where it was, to a kilometre: whoever needs to know it better opens the report, which is audited.
    place: Option<Place>,
    /// The inspector in charge.
    assignee: Option<Uuid>,
    /// Whether that is the caller.
    is_mine: bool,
    /// The day by which the authority answers.
    due_on: NaiveDate,
    /// Whether the answer is late.
    is_overdue: bool,
    /// When it came in, in UTC.
    received_at: DateTime<Utc>,
    /// How many photos it has.
    photos: i64,
    /// How many reports tell of the same.
    linked: i64,
}

impl ListedReport {
    fn new(listed: Listed, me: Uuid, today: NaiveDate, language: Language) -> Self {
        Self {
            number: listed.number.to_string(),
            standing: Standing::of(listed.status, language),
            category_text: category_text(language, &listed.category),
            category: listed.category,
            words: listed.words,
            outlet: listed.outlet,
            gtin: listed.gtin.and_then(gtin),
            region: listed.region,
            place: listed.place.map(Place::coarse),
            assignee: listed.assignee,
            is_mine: listed.assignee == Some(me),
            due_on: listed.due_on,
            is_overdue: listed.status.is_open() && listed.due_on < today,
            received_at: listed.received_at,
            photos: listed.photos,
            linked: listed.linked,
        }
    }
}

fn gtin(column: i64) -> Option<Gtin> {
    u64::try_from(column).ok().and_then(|number| Gtin::try_from(number).ok())
}

/// Lists reports, newest first: those of the inspector's region, and those that have none.
#[utoipa::path(
    tag = "reports",
    operation_id = "list_reports",
    params(Wanted, Paging),
    responses(
        (status = 200, description = "A page of reports", body = Page<ListedReport>),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[get("/v1/inspector/reports")]
async fn list_reports(
    state: web::Data<Reports>,
    inspector: Inspector,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<web::Json<Page<ListedReport>>> {
    let (limit, after) = (paging.limit()?, paging.after::<i64>()?);
    let (today, language) = (state.base.clock.today(), language::current());
    let filter = Filter { after, limit: limit + 1, ..wanted.filter(&inspector, today)? };
    let db = state.base.db.get().await?;
    let rows = store::list_reports(&db, &filter).await?;
    // Words and places of people stand in the list (X64).
    let entry = Entry {
        at: state.base.clock.now(),
        actor: inspector.actor,
        action: "reports.list",
        object: format!("region:{}", inspector.region.as_deref().unwrap_or("all")),
        result: "done",
        details: json!({ "reports": rows.len() }),
    };
    audit::append(&db, &entry).await?;
    let page = Page::cut(rows, limit, |listed| listed.number.sequence().to_string());
    Ok(web::Json(page.map(|listed| ListedReport::new(listed, inspector.account, today, language))))
}

/// A report as an inspector sees it.
#[derive(Debug, Serialize, ToSchema)]
struct InspectedReport {
    /// Its number.
    #[schema(example = "TB-26-0000123")]
    number: String,
    /// Where it stands.
    #[serde(flatten)]
    standing: Standing,
    /// What it is about.
    #[schema(example = "expired-goods")]
    category: String,
    /// The same in the caller's language.
    #[schema(example = "Expired on the shelf")]
    category_text: String,
    /// What its author wrote.
    words: String,
    /// Tag of the language in which its author is answered.
    #[schema(example = "kk")]
    language: String,
    /// The code as it was scanned.
    code: Option<String>,
    /// The product.
    #[schema(value_type = Option<String>, example = "04870112345674")]
    gtin: Option<Gtin>,
    /// The id of the order of a code of ours.
    order: Option<Uuid>,
    /// Its index in the order.
    index: Option<i32>,
    /// Where; coarse some time after the decision.
    place: Option<Place>,
    /// Where, in words.
    address: Option<String>,
    /// The shop's name.
    outlet: Option<String>,
    /// KATO code; none while it is nobody's.
    region: Option<String>,
    /// Whether a contact was left, and is still kept.
    has_contact: bool,
    /// The contact: for the inspector in charge only, each look audited.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
    /// The inspector in charge.
    assignee: Option<Uuid>,
    /// The login of that inspector.
    assignee_login: Option<String>,
    /// Whether that is the caller.
    is_mine: bool,
    /// What the register says of the code now; none without a code, or while the register can't be asked.
    answer: Option<Answer>,
    /// When it came in, in UTC.
    received_at: DateTime<Utc>,
    /// The day by which the authority answers.
    due_on: NaiveDate,
    /// Whether the answer is late.
    is_overdue: bool,
    /// When its author's data went, in UTC.
    deleted_at: Option<DateTime<Utc>>,
    /// Its photos.
    photos: Vec<ReportPhoto>,
    /// What happened, oldest first.
    history: Vec<InspectedEvent>,
    /// Reports that tell of the same.
    linked: Vec<LinkedReport>,
    /// How many more are in other regions.
    linked_elsewhere: usize,
}

/// A step in a report's life.
#[derive(Debug, Serialize, ToSchema)]
struct InspectedEvent {
    /// When, in UTC.
    at: DateTime<Utc>,
    /// Who.
    who: Side,
    /// Which inspector.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Uuid>,
    /// The inspector's login.
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    /// The login of who had the report before a hand-over.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// The login of who has it since.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// Why it was handed over; the report's author doesn't see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// The new status, when it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<ReportStatus>,
    /// What was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// Photos that came with the message, by their ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    photos: Vec<Uuid>,
}

/// A report that tells of the same.
#[derive(Debug, Serialize, ToSchema)]
struct LinkedReport {
    /// Its number.
    #[schema(example = "TB-26-0000122")]
    number: String,
    /// Where it stands.
    status: ReportStatus,
    /// `same-code`, `same-outlet` or `nearby`.
    #[schema(example = "same-code")]
    why: String,
}

impl InspectedReport {
    fn new(inspected: Inspected, me: Uuid, today: NaiveDate, language: Language) -> Self {
        let Inspected { report, contact, photos, events, links, linked_elsewhere, order, answer, logins } = inspected;
        let number = report.number.to_string();
        let address = format!("/v1/inspector/reports/{number}");
        let login = |account: Option<Uuid>| account.and_then(|account| logins.get(&account).cloned());
        let event = |event: Event| InspectedEvent {
            login: login(event.account),
            from: login(event.from),
            to: login(event.to),
            at: event.at,
            who: event.who,
            account: event.account,
            note: event.note,
            status: event.status,
            message: event.message,
            photos: event.photos,
        };
        let linked =
            |linked: Linked| LinkedReport { number: linked.number.to_string(), status: linked.status, why: linked.why };
        Self {
            standing: Standing::of(report.status, language),
            category_text: category_text(language, &report.category),
            place: report.place(),
            has_contact: report.contact_sealed.is_some(),
            contact,
            is_mine: report.charge.assignee == Some(me),
            is_overdue: report.is_overdue(today),
            assignee_login: login(report.charge.assignee),
            answer,
            photos: photos.iter().map(|photo| ReportPhoto::at(&address, photo)).collect(),
            history: events.into_iter().map(event).collect(),
            linked: links.into_iter().map(linked).collect(),
            linked_elsewhere,
            category: report.category,
            words: report.words,
            language: report.language,
            code: report.code,
            gtin: report.gtin.and_then(gtin),
            order,
            index: report.unit.map(|unit| unit.1),
            address: report.address,
            outlet: report.sighting.outlet,
            region: report.charge.region,
            assignee: report.charge.assignee,
            received_at: report.received_at,
            due_on: report.due_on,
            deleted_at: report.deleted_at,
            number,
        }
    }
}

/// Shows a report. Another region's report isn't there; each look is audited.
#[utoipa::path(
    tag = "reports",
    operation_id = "inspect_report",
    params(("number" = String, Path, pattern = "^TB-[0-9]{2}-[0-9]{7,}$", example = "TB-26-0000123")),
    responses(
        (status = 200, description = "The report", body = InspectedReport),
        problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[get("/v1/inspector/reports/{number}")]
async fn get_report(
    state: web::Data<Reports>,
    inspector: Inspector,
    path: web::Path<String>,
) -> Result<web::Json<InspectedReport>> {
    let inspected = inspect::read(&state, &inspector, &path).await?;
    let (today, language) = (state.base.clock.today(), language::current());
    Ok(web::Json(InspectedReport::new(inspected, inspector.account, today, language)))
}

/// Hands out a photo as a file that no browser runs anything of (X23). Each look is audited.
#[utoipa::path(
    tag = "reports",
    operation_id = "get_report_photo",
    params(
        ("number" = String, Path, pattern = "^TB-[0-9]{2}-[0-9]{7,}$", example = "TB-26-0000123"),
        ("id" = Uuid, Path, description = "The photo's id", example = "0193e0b2-5f1c-4c3a-9d55-0c8f4a2b6e11"),
    ),
    responses(
        (status = 200, description = "JPEG without metadata", body = PhotoJpeg, content_type = "image/jpeg"),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[get("/v1/inspector/reports/{number}/photos/{id}")]
async fn get_photo(
    state: web::Data<Reports>,
    inspector: Inspector,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (number, id) = path.into_inner();
    let shown = inspect::read_photo(&state, &inspector, &number, id_in_path(&id)?).await?;
    Ok(photo_file(&number, shown))
}
