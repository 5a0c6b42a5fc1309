//! Advisory locks of PostgreSQL: each of them once, so that no two mean the same number.

use super::{GenericClient, Transaction};
use crate::platform::problem::Result;

/// What is done by one process, or for one participant, at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Migrations; held by a session.
    Migrations,
    /// The audit's chain is extended.
    AuditChain,
    /// Scans are rounded and dropped.
    ScanRetention,
    /// The walk over the snapshot.
    SnapshotPatrol,
    /// The demo is loaded.
    Demo,
    /// Events of alerts are numbered in the order in which they are committed.
    AlertEvents,
    /// Events of reports are numbered in the order in which they are committed.
    ReportEvents,
    /// Keys are made.
    Keys,
    /// GS1 prefixes of participants are changed.
    Gs1Prefixes,
    /// A participant's orders are placed.
    Orderer(i32),
}

impl Lock {
    /// The pair of numbers by which PostgreSQL knows it; no two locks have the same.
    fn numbers(self) -> (i32, i32) {
        match self {
            Self::Migrations => (1, 0),
            Self::AuditChain => (2, 0),
            Self::ScanRetention => (3, 0),
            Self::SnapshotPatrol => (4, 0),
            Self::Demo => (5, 0),
            Self::AlertEvents => (6, 0),
            Self::ReportEvents => (7, 0),
            Self::Keys => (8, 0),
            Self::Gs1Prefixes => (9, 0),
            Self::Orderer(participant) => (10, participant),
        }
    }

    /// Waits for the lock and holds it until the transaction ends.
    pub(crate) async fn hold(self, tx: &Transaction<'_>) -> Result<()> {
        let lock = tx.prepare_cached("-- db::hold_lock\n SELECT pg_advisory_xact_lock($1, $2)").await?;
        let (kind, number) = self.numbers();
        tx.execute(&lock, &[&kind, &number]).await?;
        Ok(())
    }

    /// Holds the lock until the transaction ends, if it is free; false if it isn't.
    pub(crate) async fn try_hold(self, tx: &Transaction<'_>) -> Result<bool> {
        let lock = tx.prepare_cached("-- db::try_lock\n SELECT pg_try_advisory_xact_lock($1, $2)").await?;
        let (kind, number) = self.numbers();
        Ok(tx.query_one(&lock, &[&kind, &number]).await?.get(0))
    }

    /// Waits for the lock and holds it until [`Self::release`] or the end of the session.
    pub(super) async fn hold_in_session(self, client: &impl GenericClient) -> Result<()> {
        let (kind, number) = self.numbers();
        client.execute("-- db::lock_session\n SELECT pg_advisory_lock($1, $2)", &[&kind, &number]).await?;
        Ok(())
    }

    /// Gives a lock of the session back.
    pub(super) async fn release(self, client: &impl GenericClient) -> Result<()> {
        let (kind, number) = self.numbers();
        client.execute("-- db::unlock_session\n SELECT pg_advisory_unlock($1, $2)", &[&kind, &number]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_locks_are_the_same() {
        let locks = [
            Lock::Migrations,
            Lock::AuditChain,
            Lock::ScanRetention,
            Lock::SnapshotPatrol,
            Lock::Demo,
            Lock::AlertEvents,
            Lock::ReportEvents,
            Lock::Keys,
            Lock::Gs1Prefixes,
            Lock::Orderer(0),
            Lock::Orderer(1),
        ];
        let numbers: BTreeSet<_> = locks.iter().map(|lock| lock.numbers()).collect();
        assert_eq!(numbers.len(), locks.len());
    }
}
