//! Documents that come from inside the house and not over HTTP: the demo's. The same rules in the same transactions;
//! only the day may be an earlier one, so that goods can have come of age. A document that was filed before is left
//! alone, whatever it says now.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use marking::sscc::Sscc;
use serde_json::{Value, json};
use uuid::Uuid;

use super::deciding::mark_exported;
use super::deed::Deed;
use super::http::settle;
use super::order::Order;
use super::ordering::{Placer, Wish, place_order};
use super::pack::Level;
use super::packing::{Content, make_pack, open_pack};
use super::perform::{Filing, perform};
use super::reading::read_units;
use super::request::Document;
use super::shipment::ShipmentState;
use super::shipping::{begin_shipment, end_shipment};
use super::store::{operation, order as orders};
use super::units::Units;
use crate::auth::Caller;
use crate::codes::Codes;
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};
use crate::registry;

/// Whether a document was filed under this id.
pub(crate) async fn is_filed(db: &impl GenericClient, id: Uuid) -> Result<bool> {
    Ok(operation::find_operation(db, id).await?.is_some())
}

/// Somebody who files documents from inside, at an instant.
#[derive(Clone, Copy)]
pub(crate) struct Desk<'a> {
    state: &'a Codes,
    caller: &'a Caller,
    at: DateTime<Utc>,
}

impl<'a> Desk<'a> {
    /// The desk of this caller, who files as of that instant.
    pub(crate) fn new(state: &'a Codes, caller: &'a Caller, at: DateTime<Utc>) -> Self {
        Self { state, caller, at }
    }

    fn today(&self) -> NaiveDate {
        let kazakhstan = FixedOffset::east_opt(5 * 3600).expect("five hours are an offset");
        self.at.with_timezone(&kazakhstan).date_naive()
    }

    fn participant(&self) -> Result<i32> {
        self.caller.participant.ok_or(Error::Forbidden("forbidden"))
    }

    /// Places an order that is approved at once, or finds the one that was placed under this id.
    pub(crate) async fn order(&self, wish: Wish) -> Result<Order> {
        let mut db = self.state.base.db.get().await?;
        if let Some(order) = orders::find_order(&db, wish.id).await? {
            return Ok(order);
        }
        let orderer = registry::find_participant(&db, self.participant()?).await?;
        let orderer = orderer.ok_or(Error::NotFound("unknown-participant"))?;
        let keys = self.state.keys.current();
        let tx = db.transaction().await?;
        let now = self.state.base.clock.now();
        let placer = Placer { account: self.caller.account, approves: true, now };
        let order = place_order(&tx, &keys, placer, &orderer, wish).await?;
        // Its labels are shown to everybody.
        let order = mark_exported(&tx, order, now).await?;
        tx.commit().await?;
        Ok(order)
    }

    /// Files a document that changes the status of units.
    pub(crate) async fn file<D: Document>(&self, document: &D) -> Result<()> {
        let draft = document.draft(self.today())?;
        let wanted = read_units(&self.state.keys.current(), document.units()).await?;
        let deed = settle(&self.state.base.db.get().await?, draft.does, self.caller.participant).await?;
        self.once(document.id(), &deed, &draft.details, async |tx, filing| perform(tx, filing, wanted).await.map(drop))
            .await
    }

    /// Ships units to another participant, under a number of the paper.
    pub(crate) async fn ship(&self, id: Uuid, units: &Units, receiver: i32, number: &str) -> Result<()> {
        let wanted = read_units(&self.state.keys.current(), units).await?;
        let sender = self.participant()?;
        self.once(id, &Deed::Ship, &json!({ "number": number }), async |tx, filing| {
            begin_shipment(tx, filing, wanted, sender, receiver).await.map(drop)
        })
        .await
    }

    /// Accepts a shipment.
    pub(crate) async fn accept(&self, id: Uuid, shipment: Uuid) -> Result<()> {
        let receiver = self.participant()?;
        let details = json!({ "shipment": shipment });
        self.once(id, &Deed::Accept { receiver }, &details, async |tx, filing| {
            end_shipment(tx, filing, shipment, receiver, ShipmentState::Accepted).await.map(drop)
        })
        .await
    }

    /// Puts units into a group pack.
    pub(crate) async fn pack_units(&self, id: Uuid, sscc: Sscc, units: &Units) -> Result<()> {
        let content = Content::Units(read_units(&self.state.keys.current(), units).await?);
        self.pack(id, sscc, Level::Group, content).await
    }

    /// Puts group packs into a transport pack.
    pub(crate) async fn pack_packs(&self, id: Uuid, sscc: Sscc, packs: Vec<Sscc>) -> Result<()> {
        self.pack(id, sscc, Level::Transport, Content::Packs(packs)).await
    }

    async fn pack(&self, id: Uuid, sscc: Sscc, level: Level, content: Content) -> Result<()> {
        let details = json!({ "sscc": sscc, "level": level });
        self.once(id, &Deed::Pack, &details, async |tx, filing| {
            make_pack(tx, filing, sscc, level, content).await.map(drop)
        })
        .await
    }

    /// Takes a pack apart.
    pub(crate) async fn open(&self, id: Uuid, sscc: Sscc) -> Result<()> {
        let details = json!({ "sscc": sscc });
        self.once(id, &Deed::Unpack, &details, async |tx, filing| open_pack(tx, filing, sscc).await.map(drop)).await
    }

    /// Files under an id that is free, in a transaction of its own.
    async fn once(
        &self,
        id: Uuid,
        deed: &Deed,
        details: &Value,
        change: impl AsyncFnOnce(&Transaction<'_>, Filing<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut db = self.state.base.db.get().await?;
        if is_filed(&db, id).await? {
            return Ok(());
        }
        let keys = self.state.keys.current();
        let filing =
            Filing { caller: self.caller, id, deed, details, fingerprint: id.as_bytes(), now: self.at, keys: &keys };
        let tx = db.transaction().await?;
        change(&tx, filing).await?;
        tx.commit().await?;
        Ok(())
    }
}
