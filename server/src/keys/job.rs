//! Maintenance of keys, and of the audit that they sign.

use std::time::Duration;

use super::Keys;
use crate::platform::Base;
use crate::platform::audit::{self, anchor};
use crate::platform::problem::{Error, Result};
use crate::platform::upkeep::Maintenance;

/// Maintenance tasks of keys and of the audit's chain.
pub(crate) fn maintenance(base: &Base, keys: &Keys, tasks: &mut Maintenance) {
    let both = (base.clone(), keys.clone());
    tasks.add("keys", Duration::from_hours(1), keys, |keys| async move { keys.rotate_due().await.map(drop) });
    tasks.add(
        "audit-chain",
        Duration::from_secs(1),
        &both,
        |(base, keys)| async move { extend_audit(&base, &keys).await },
    );
    tasks.add(
        "audit-anchor",
        Duration::from_mins(1),
        &both,
        |(base, keys)| async move { anchor_audit(&base, &keys).await },
    );
}

/// Links what the audit has got since the last run into its chain.
pub(crate) async fn extend_audit(base: &Base, keys: &Keys) -> Result<()> {
    let key = keys.audit_key();
    while audit::extend(&mut base.db.get().await?, &key).await? > 0 {}
    Ok(())
}

/// Signs the head of the audit's chain and sends it where administrators of the database cannot write (X47).
async fn anchor_audit(base: &Base, keys: &Keys) -> Result<()> {
    let Some(head) = anchor::head(&base.db.get().await?, base.clock.now()).await? else { return Ok(()) };
    let word = head.signed(&keys.audit_key());
    tracing::info!(anchor = word, "audit head signed");
    if let Some(file) = base.config.audit_anchor_file.clone() {
        let word = word.clone();
        tokio::task::spawn_blocking(move || anchor::append_to(&file, &word)).await.map_err(Error::internal)??;
    }
    if let Some(url) = &base.config.audit_anchor_url {
        anchor::send_to(url, &word).await?;
    }
    metrics::counter!("tanba_audit_anchors_total").increment(1);
    Ok(())
}
