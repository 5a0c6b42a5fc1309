//! Documents that the server itself files, as the demo does: the same rules in the same transactions, only as of a given
//! instant, so that goods can be old. A document whose id was filed before is skipped, whatever it says now.

use chrono::{DateTime, NaiveDate, Utc};
use marking::sscc::Sscc;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::Documents;
use super::filing::{self, FilingContext, refusal};
use super::kind::Kind;
use super::kinds::pack::{self, Content, make_pack, open_pack};
use super::kinds::shipment::{ACCEPT, ShipmentRequest, ShipmentState, end_shipment};
use super::reading::read_units_and_seals;
use super::store;
use super::units::Units;
use crate::auth::Caller;
use crate::ledger::Level;
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

/// Whether a document was filed under this id.
pub(crate) async fn is_filed(db: &impl GenericClient, id: Uuid) -> Result<bool> {
    Ok(store::find_document(db, id).await?.is_some())
}

/// Files documents of one author as of an instant.
#[derive(Clone, Copy)]
pub(crate) struct Backdated<'a> {
    state: &'a Documents,
    caller: &'a Caller,
    at: DateTime<Utc>,
}

impl<'a> Backdated<'a> {
    /// Files for this author, as of that instant.
    pub(crate) fn new(state: &'a Documents, caller: &'a Caller, at: DateTime<Utc>) -> Self {
        Self { state, caller, at }
    }

    fn today(&self) -> NaiveDate {
        locales::format::date_in_kazakhstan(self.at)
    }

    /// Files a document.
    pub(crate) async fn file<K: Kind>(&self, document: &K) -> Result<()> {
        let checked = document.check(self.today())?;
        let (named, _) = read_units_and_seals(&self.state.keys.current(), document.units()).await?;
        self.once(document.id(), document.slug(), document, async |tx, filing| {
            match filing::file::<K>(tx, filing, checked, named).await? {
                Ok(_) => Ok(()),
                Err((naming, refused)) => Err(refusal(tx, filing, naming, &refused).await?),
            }
        })
        .await
    }

    /// Ships units to another participant, by its BIN, under a number of the paper.
    pub(crate) async fn ship(&self, id: Uuid, units: Units, receiver: String, number: &str) -> Result<()> {
        self.file(&ShipmentRequest::new(id, units, receiver, number.to_owned())).await
    }

    /// Accepts a shipment.
    pub(crate) async fn accept(&self, id: Uuid, shipment: Uuid) -> Result<()> {
        let receiver = self.caller.participant.ok_or(Error::Forbidden("forbidden"))?;
        self.once(id, ACCEPT, &json!({ "id": id, "shipment": shipment }), async |tx, filing| {
            end_shipment(tx, filing, shipment, receiver, ShipmentState::Accepted).await.map(drop)
        })
        .await
    }

    /// Puts units into a group pack.
    pub(crate) async fn pack_units(&self, id: Uuid, sscc: Sscc, units: &Units) -> Result<()> {
        let (named, _) = read_units_and_seals(&self.state.keys.current(), units).await?;
        self.pack(id, sscc, Level::Group, Content::Units(named)).await
    }

    /// Puts group packs into a transport pack.
    pub(crate) async fn pack_packs(&self, id: Uuid, sscc: Sscc, packs: Vec<Sscc>) -> Result<()> {
        self.pack(id, sscc, Level::Transport, Content::Packs(packs)).await
    }

    async fn pack(&self, id: Uuid, sscc: Sscc, level: Level, content: Content) -> Result<()> {
        let sent = json!({ "id": id, "sscc": sscc, "level": level });
        self.once(id, pack::PACK, &sent, async |tx, filing| make_pack(tx, filing, sscc, level, content).await.map(drop))
            .await
    }

    /// Takes a pack apart.
    pub(crate) async fn open(&self, id: Uuid, sscc: Sscc) -> Result<()> {
        self.once(id, pack::UNPACK, &json!({ "id": id, "sscc": sscc }), async |tx, filing| {
            open_pack(tx, filing, sscc).await.map(drop)
        })
        .await
    }

    /// Files under an id that is free, in a transaction of its own.
    async fn once(
        &self,
        id: Uuid,
        kind: &'static str,
        sent: &impl Serialize,
        change: impl AsyncFnOnce(&Transaction<'_>, FilingContext<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut db = self.state.base.db.get().await?;
        if is_filed(&db, id).await? {
            return Ok(());
        }
        let keys = self.state.keys.current();
        let sent = serde_json::to_vec(sent)?;
        let filing = FilingContext {
            caller: self.caller,
            id,
            kind,
            sent: &sent,
            fingerprint: id.as_bytes(),
            now: self.at,
            keys: &keys,
        };
        let tx = db.transaction().await?;
        change(&tx, filing).await?;
        tx.commit().await?;
        Ok(())
    }
}
