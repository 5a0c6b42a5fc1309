//! What the skin itself decides: instants, rows of frames, and an outbox whose storage fails.

#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::*;

#[test]
fn an_instant_of_any_host_is_lifted() {
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_000_000_123);
    assert_eq!(system_time(instant(at)), at);
    for beyond in [Duration::from_secs(u64::MAX >> 2), Duration::from_secs(u64::MAX >> 26)] {
        let after = SystemTime::UNIX_EPOCH.checked_add(beyond).map_or(DateTime::UNIX_EPOCH, instant);
        let before = SystemTime::UNIX_EPOCH.checked_sub(beyond).map_or(DateTime::UNIX_EPOCH, instant);
        assert_eq!((after, before), (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH));
    }
}

/// X40: whatever size a frame claims, it is looked at or refused.
#[test]
fn a_frame_of_any_size_is_looked_at_or_refused() {
    let live = Live::new();
    let budget = Duration::from_millis(1);
    let frame = |bytes: usize, width, height, stride| live.frame(&vec![128; bytes], width, height, stride, budget);
    assert!(frame(64 * 48, 64, 48, 64).is_ok());
    assert!(frame(80 * 47 + 64, 64, 48, 80).is_ok(), "the last row may end without its gap");
    for (bytes, width, height, stride) in [
        (0, 0, 0, 0),
        (10, u32::MAX, u32::MAX, u32::MAX),
        (10, 1, u32::MAX, u32::MAX),
        (100, 10, 10, 9),
        (100, 10, 11, 10),
        (80 * 47 + 63, 64, 48, 80),
    ] {
        assert_eq!(frame(bytes, width, height, stride), Err(PhotoError::Broken), "{width} × {height} / {stride}");
    }
}

#[derive(Default)]
struct Disk {
    full: AtomicBool,
    kept: Mutex<Vec<String>>,
}

impl Storage for Disk {
    fn load(&self) -> Result<Stored, StorageError> {
        Ok(Stored::default())
    }

    fn apply(&self, changes: Changes) -> Result<(), StorageError> {
        if self.full.load(Ordering::Relaxed) {
            return Err(StorageError::Failed { reason: "no room".to_owned() });
        }
        let mut kept = self.kept.lock().unwrap();
        kept.extend(changes.put.into_iter().map(|entry| entry.key));
        kept.retain(|key| !changes.remove.contains(key));
        Ok(())
    }
}

#[test]
fn what_the_storage_did_not_take_is_not_in_the_outbox() {
    let disk = Arc::new(Disk::default());
    let outbox = Outbox::open(disk.clone()).unwrap();
    let scan = NewScan {
        id: "0193e0b2-5f1c-4c3a-9d55-000000000001".to_owned(),
        code: "4870001234560".to_owned(),
        taken_at: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_000_000),
        consent: Consent::None,
        place: None,
        device: None,
        verdict: None,
        source: Some(Source::Camera),
    };
    disk.full.store(true, Ordering::Relaxed);
    let refused = outbox.keep_scan(scan.clone()).unwrap_err();
    assert_eq!(refused, OutboxError::Storage { reason: "no room".to_owned() });
    assert!(outbox.waiting().is_empty());
    disk.full.store(false, Ordering::Relaxed);
    outbox.keep_scan(scan).unwrap();
    let Some(Parcel::Scans { number, .. }) = outbox.next(SystemTime::now()) else { panic!("a parcel") };
    disk.full.store(true, Ordering::Relaxed);
    assert!(outbox.settle(number, Outcome::Sent, SystemTime::now()).is_err());
    assert_eq!(outbox.waiting().len(), 1, "it is sent again rather than forgotten");
    disk.full.store(false, Ordering::Relaxed);
    outbox.settle(number, Outcome::Sent, SystemTime::now()).unwrap();
    assert!(outbox.waiting().is_empty() && disk.kept.lock().unwrap().is_empty());
}
