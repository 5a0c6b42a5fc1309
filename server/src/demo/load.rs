//! Tells the story: companies, people, goods, orders, and what became of each unit. Through the same rules as the
//! routes; every step has an id of its own and is left alone when it was made before, so that a story that was broken
//! off is told to its end.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use marking::layout::{CodeWriter, Group};
use marking::serial::OrderPlace;
use marking::sscc::Sscc;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::shelf::{BOX, OPENED_BOX, PALLET, RECALLED_BOX};
use super::story::Story;
use crate::auth::Auth;
use crate::auth::{self, Caller, NewAccount, Role};
use crate::codes::{Codes, Order, OrderRequest, find_order, place_approved};
use crate::documents::{Application, Backdated, Documents, RecallRequest, Release, Return, Sale, Withdrawal, is_filed};
use crate::keys::Purpose;
use crate::platform::audit::{Actor, Who};
use crate::platform::config::Config;
use crate::platform::db::Lock;
use crate::platform::problem::{Error, Result};
use crate::registry::{self, NewParticipant, NewProduct};

/// Orders of the story: goods, how many codes, the price on tobacco.
const ORDERS: [(&str, u32, Option<u32>); 9] = [
    ("boots", 40, None),
    ("shapan", 10, None),
    ("tablets", 10, None),
    ("spring", 10, None),
    ("milk-powder", 10, None),
    ("kefir", 10, None),
    ("cigarette-block", 10, Some(11_000)),
    ("cigarettes", 10, Some(1_100)),
    ("wine", 10, None),
];

/// How old the kefir is, in days: its two weeks are over.
const KEFIR_AGE: i64 = 20;

/// What was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Codes that were ordered just now; none when the story was told before.
    pub codes: u32,
    /// Where logins, passwords and second factors stand.
    pub accounts: PathBuf,
}

/// The file with everybody's login, password and second factor.
pub(super) fn accounts_file(config: &Config) -> PathBuf {
    config.data_dir.join("demo-accounts.txt")
}

/// The file with the code whose key was revoked: nobody can seal it again.
pub(super) fn revoked_file(config: &Config) -> PathBuf {
    config.data_dir.join("demo-revoked-code.txt")
}

/// The id of a thing of the story.
pub(super) fn id(kind: u8, number: usize) -> Uuid {
    Uuid::from_u128(0x7461_6e62_6100_4000_8000_0000_0000_0000 | u128::from(kind) << 32 | number as u128)
}

/// The id of an order, by its goods.
pub(super) fn order_id(goods: &str) -> Uuid {
    id(1, ORDERS.iter().position(|(name, ..)| *name == goods).unwrap_or(ORDERS.len()))
}

/// Loads the demo's goods if they are not there yet; `settle` does all jobs, so that the goods can be verified.
pub async fn load(
    auth: &Auth,
    codes: &Codes,
    documents: &Documents,
    settle: impl AsyncFn() -> Result<()>,
) -> Result<Loaded> {
    let accounts = accounts_file(&codes.base.config);
    // One process loads the demo; processes that start beside it wait.
    let mut db = codes.base.db.get().await?;
    let turn = db.transaction().await?;
    Lock::Demo.hold(&turn).await?;
    if is_filed(&turn, LAST_DOCUMENT).await? {
        return Ok(Loaded { codes: 0, accounts });
    }
    Box::pin(load_missing(auth, codes, documents)).await?;
    settle().await?;
    turn.commit().await?;
    Ok(Loaded { codes: ORDERS.iter().map(|(_, quantity, _)| quantity).sum(), accounts })
}

/// The last document of the demo.
const LAST_DOCUMENT: Uuid = Uuid::from_u128(0x7461_6e62_6100_4000_8000_00ff_0000_0000);

/// Loads what is missing of the demo.
pub(super) async fn load_missing(auth: &Auth, codes: &Codes, documents: &Documents) -> Result<()> {
    let story = Story::read()?;
    let loader = DemoLoader { auth, codes, documents, story: &story, now: codes.base.clock.now() };
    loader.people().await?;
    loader.goods().await?;
    loader.orders().await?;
    loader.lives().await?;
    loader.revoke().await
}

struct DemoLoader<'a> {
    auth: &'a Auth,
    codes: &'a Codes,
    documents: &'a Documents,
    story: &'a Story,
    now: DateTime<Utc>,
}

impl DemoLoader<'_> {
    /// Companies, and accounts of every role.
    async fn people(&self) -> Result<()> {
        let mut db = self.codes.base.db.get().await?;
        let mut numbers = BTreeMap::new();
        for company in &self.story.participants {
            let bin = company.bin.parse().map_err(Error::internal)?;
            let number = if let Some(found) = registry::find_participant_by_bin(&db, bin).await? {
                found.number
            } else {
                let tx = db.transaction().await?;
                let new: NewParticipant = made(json!({
                    "bin": company.bin, "name": company.name, "roles": company.roles, "address": company.address,
                    "gs1_prefixes": company.gs1_prefixes,
                }))?;
                let number = registry::register_participant(&tx, &new, self.now).await?.number;
                tx.commit().await?;
                number
            };
            numbers.insert(company.login.as_str(), number);
        }
        let known: Vec<String> =
            auth::list_accounts(self.auth).await?.into_iter().map(|account| account.login).collect();
        let mut sheet = String::new();
        let people = self.story.accounts.iter().map(|person| {
            let company = person.participant.as_deref().and_then(|login| numbers.get(login).copied());
            (person.login.as_str(), person.role, company, person.region.clone())
        });
        let people = people.chain(self.story.participants.iter().map(|company| {
            let number = numbers.get(company.login.as_str()).copied();
            (company.login.as_str(), Role::Participant, number, None)
        }));
        for (login, role, participant, region) in people {
            if known.iter().any(|known| known == login) {
                continue;
            }
            let password = self.story.password.clone().into();
            let new = NewAccount { login: login.to_owned(), password, role, participant, region };
            let (_, factor) = auth::add_account(self.auth, CLI, new).await?;
            // Writing to a string can't fail.
            let _ = writeln!(
                sheet,
                "{login:<10} {:<12} password {}  TOTP {}  {}",
                role.slug(),
                self.story.password,
                factor.text.as_str(),
                factor.link.as_str()
            );
        }
        append(&accounts_file(&self.codes.base.config), &sheet).await
    }

    async fn caller(&self, login: &str) -> Result<Caller> {
        let accounts = auth::list_accounts(self.auth).await?;
        let account = accounts.into_iter().find(|account| account.login == login);
        let account = account.ok_or_else(|| Error::internal(format!("the story has no {login}")))?;
        Ok(Caller {
            is_limited: false,
            account: account.id,
            family: Uuid::nil(),
            role: account.role,
            participant: account.participant,
            region: account.region,
            actor: Actor { who: Who::Account(account.id), address: None },
        })
    }

    async fn number(&self, login: &str) -> Result<i32> {
        self.caller(login).await?.participant.ok_or_else(|| Error::internal(format!("{login} acts for nobody")))
    }

    async fn bin(&self, login: &str) -> Result<String> {
        let number = self.number(login).await?;
        let found = registry::find_participant(&self.codes.base.db.get().await?, number).await?;
        let found = found.ok_or_else(|| Error::internal("the demo's companies are registered"))?;
        Ok(found.bin.to_string())
    }

    /// Cards of the goods, published.
    async fn goods(&self) -> Result<()> {
        for goods in &self.story.products {
            let mut db = self.codes.base.db.get().await?;
            if registry::find_product(&db, goods.gtin).await?.is_some() {
                continue;
            }
            let owner = registry::find_participant(&db, self.number(&goods.owner).await?).await?;
            let owner = owner.ok_or_else(|| Error::internal("the story's companies are registered"))?;
            let new: NewProduct = made(json!({
                "gtin": goods.gtin, "group": goods.group, "trade_name": goods.trade_name,
                "manufacturer": goods.manufacturer, "manufacturers": goods.manufacturers, "country": goods.country, "hs_code": goods.hs_code,
                "attributes": goods.attributes,
            }))?;
            let tx = db.transaction().await?;
            registry::register_product(&tx, &owner, &new.check()?, self.now).await?;
            registry::publish_product(&tx, goods.gtin).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn orders(&self) -> Result<()> {
        for (name, quantity, price_tenge) in ORDERS {
            let goods = self.story.goods(name)?;
            let owner = self.caller(&goods.owner).await?;
            let request = OrderRequest { id: order_id(name), gtin: goods.gtin, quantity, price_tenge };
            place_approved(self.codes, &owner, request).await?;
        }
        Ok(())
    }

    /// What became of the units.
    async fn lives(&self) -> Result<()> {
        let today = self.now.date_naive();
        let day = |ago: i64| today - TimeDelta::days(ago);
        self.boots().await?;
        for name in ["spring", "milk-powder", "shapan"] {
            let life = json!({ "produced_on": day(30), "expires_on": (name != "shapan").then(|| day(-1_050)) });
            self.circulate(name, 5, self.now, life).await?;
        }
        let declared = day(12);
        let imported = |serial: u32| {
            json!({
                "produced_on": day(60), "expires_on": day(-1_050), "importer": "120940003457", "declared_on": declared,
                "declaration_number": format!("55302/{}/{serial:07}", declared.format("%d%m%y")),
            })
        };
        for (name, serial) in
            [("tablets", 12_345), ("cigarette-block", 12_346), ("cigarettes", 12_347), ("wine", 12_348)]
        {
            let mut life = imported(serial);
            if name != "tablets" {
                life["expires_on"] = Value::Null;
            }
            self.circulate(name, 5, self.now, life).await?;
        }
        let kefir_at = self.now - TimeDelta::days(KEFIR_AGE);
        let kefir_on = kefir_at.date_naive();
        let life = json!({ "produced_on": kefir_on, "expires_on": kefir_on + TimeDelta::days(14) });
        self.circulate("kefir", 2, kefir_at, life).await?;
        self.shop().await?;
        let (alatau, qala) = (self.caller("alatau").await?, self.caller("qala").await?);
        self.withdraw(&alatau, 40, "kefir", 1, "expiry").await?;
        for (at, name) in [(41, "tablets"), (42, "cigarettes"), (43, "wine")] {
            let sale: Sale = made(json!({ "id": id(2, at), "units": units(name, 1, 1), "receipt": "1130-0042" }))?;
            Backdated::new(self.documents, &qala, self.now).file(&sale).await?;
        }
        Ok(())
    }

    /// What the clerk's shop has on its shelves, and a delivery that it awaits.
    async fn shop(&self) -> Result<()> {
        let (alatau, koktobe) = (self.caller("alatau").await?, self.caller("koktobe").await?);
        let receiver = self.bin("koktobe").await?;
        let (sends, shop) =
            (Backdated::new(self.documents, &alatau, self.now), Backdated::new(self.documents, &koktobe, self.now));
        for (number, name) in [(11, "spring"), (12, "milk-powder")] {
            let paper = format!("А-{}", 1_100 + number);
            sends.ship(id(5, number), made(units(name, 0, 1))?, receiver.clone(), &paper).await?;
            shop.accept(id(6, number), id(5, number)).await?;
        }
        let awaited = json!({ "ranges": [
            { "order": order_id("spring"), "first": 2, "last": 4 },
            { "order": order_id("milk-powder"), "first": 2, "last": 4 },
        ] });
        sends.ship(id(5, 13), made(awaited)?, receiver.clone(), "А-1120").await
    }

    /// Applies the first codes of an order, and releases them with these facts.
    async fn circulate(&self, name: &str, quantity: u32, at: DateTime<Utc>, mut facts: Value) -> Result<()> {
        let owner = self.caller(&self.story.goods(name)?.owner).await?;
        let files = Backdated::new(self.documents, &owner, at);
        let number = ORDERS.iter().position(|(goods, ..)| *goods == name).unwrap_or_default();
        let units = units(name, 0, quantity - 1);
        let applied: Application = made(json!({ "id": id(3, number), "units": units }))?;
        files.file(&applied).await?;
        facts["id"] = json!(id(4, number));
        facts["units"] = units;
        files.file(&made::<Release>(facts)?).await
    }

    async fn withdraw(&self, who: &Caller, number: usize, name: &str, index: u32, reason: &str) -> Result<()> {
        let body = json!({
            "id": id(2, number), "units": units(name, index, index), "reason": reason,
            "words": (reason == "other").then_some("Demo"),
        });
        Backdated::new(self.documents, who, self.now).file(&made::<Withdrawal>(body)?).await
    }

    /// Every state that a unit can be in, on boots; packs, too.
    async fn boots(&self) -> Result<()> {
        let produced_on = self.now.date_naive() - TimeDelta::days(30);
        let (dala, jibek) = (self.caller("dala").await?, self.caller("jibek").await?);
        let files = Backdated::new(self.documents, &dala, self.now);
        let applied = json!({ "id": id(3, 0), "units": units("boots", 0, 38) });
        files.file(&made::<Application>(applied)?).await?;
        let released = json!({ "id": id(4, 0), "units": units("boots", 0, 37), "produced_on": produced_on });
        files.file(&made::<Release>(released)?).await?;

        let receiver = self.bin("jibek").await?;
        files.ship(id(5, 1), made(units("boots", 1, 1))?, receiver.clone(), "Ж-1131").await?;
        files.ship(id(5, 2), made(units("boots", 2, 2))?, receiver.clone(), "Ж-1130").await?;
        Backdated::new(self.documents, &jibek, self.now).accept(id(6, 2), id(5, 2)).await?;

        let sold = json!({ "id": id(2, 1), "units": units("boots", 3, 4), "receipt": "1130-0001" });
        files.file(&made::<Sale>(sold)?).await?;
        let returned = json!({ "id": id(2, 2), "units": units("boots", 4, 4), "reason": "Wrong size" });
        files.file(&made::<Return>(returned)?).await?;
        let sold = json!({ "id": id(2, 3), "units": units("boots", 19, 19) });
        files.file(&made::<Sale>(sold)?).await?;
        for (index, reason) in [
            (5, "own-needs"),
            (6, "damaged"),
            (7, "defect"),
            (8, "utilisation"),
            (9, "e-commerce"),
            (10, "sampling"),
            (11, "export"),
            (12, "confiscated"),
            (13, "other"),
            (14, "destruction"),
            (15, "loss"),
            (16, "write-off"),
        ] {
            self.withdraw(&dala, 10 + index as usize, "boots", index, reason).await?;
        }

        let sscc = |text: &str| text.parse::<Sscc>().map_err(Error::internal);
        files.pack_units(id(7, 1), sscc(BOX)?, &made(units("boots", 24, 27))?).await?;
        files.pack_packs(id(7, 2), sscc(PALLET)?, vec![sscc(BOX)?]).await?;
        files.pack_units(id(7, 3), sscc(RECALLED_BOX)?, &made(units("boots", 28, 31))?).await?;
        files.pack_units(id(7, 4), sscc(OPENED_BOX)?, &made(units("boots", 32, 33))?).await?;
        files.open(id(7, 5), sscc(OPENED_BOX)?).await?;

        for (number, first, last) in [(1, 18, 19), (2, 31, 31)] {
            let recall = json!({
                "id": id(8, number), "units": units("boots", first, last),
                "reason": {
                    "kk": "Табанының желімі ажырайды", "ru": "Клей подошвы расходится",
                    "en": "The glue of the sole comes apart",
                },
            });
            files.file(&made::<RecallRequest>(recall)?).await?;
        }
        Ok(())
    }

    /// Seals one code with a key that is revoked at once: what is left of a key that leaked.
    async fn revoke(&self) -> Result<()> {
        let order = find_order(&self.codes.base.db.get().await?, order_id("shapan")).await?;
        let order = order.ok_or_else(|| Error::internal("the story's orders are placed"))?;
        let file = revoked_file(&self.codes.base.config);
        if !file.exists() {
            let key = self.codes.keys.rotate(Purpose::Seal(Group::Clothes), CLI).await?;
            let text = self.sealed(&order, &key.id, 3)?;
            self.codes.keys.revoke(&key.id, CLI).await?;
            append(&file, &text).await?;
        }
        // The end of the story: a unit that is on nobody's shelf.
        let dala = self.caller("dala").await?;
        let last = json!({ "id": LAST_DOCUMENT, "units": units("shapan", 9, 9) });
        Backdated::new(self.documents, &dala, self.now).file(&made::<Application>(last)?).await
    }

    fn sealed(&self, order: &Order, key: &str, index: u32) -> Result<String> {
        let keys = self.codes.keys.current();
        let signer = keys.signer(key).ok_or_else(|| Error::internal("the key that was just made seals nothing"))?;
        let writer = CodeWriter::new(order.group, order.gtin, signer.id(), None).map_err(Error::internal)?;
        let place = OrderPlace::new(order.number, index).ok_or_else(|| Error::internal("no such place"))?;
        let serial = keys.serials.long(order.gtin, place);
        let message = writer.message(&serial).ok_or_else(|| Error::internal("the serial is too long"))?;
        Ok(writer.code(&serial, signer.tail(&message).as_str()))
    }
}

/// The command line's own hand: the demo is loaded by whoever runs the service.
const CLI: Actor = Actor { who: Who::Cli, address: None };

/// Neighbouring units of an order of the story, as documents name them.
fn units(name: &str, first: u32, last: u32) -> Value {
    json!({ "ranges": [{ "order": order_id(name), "first": first, "last": last }] })
}

fn made<T: DeserializeOwned>(body: Value) -> Result<T> {
    Ok(serde_json::from_value(body)?)
}

/// Appends to a file that only its owner may read.
async fn append(path: &std::path::Path, text: &str) -> Result<()> {
    use tokio::io::AsyncWriteExt;
    if text.is_empty() {
        return Ok(());
    }
    let mut file = tokio::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).await?;
    file.write_all(text.as_bytes()).await?;
    Ok(file.flush().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_random_uuids_and_each_is_its_own() {
        assert_eq!(id(1, 2).get_version_num(), 4);
        assert_ne!(id(1, 2), id(2, 1));
        assert_eq!(LAST_DOCUMENT, id(255, 0));
    }
}
