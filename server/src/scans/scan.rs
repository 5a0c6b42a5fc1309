//! A scan as it is sent and as it is kept. Pure: time and keys come in as arguments.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use locales::Arg;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::finding::ScanFinding;
use crate::codes::Location;
use crate::platform::bounds;
use crate::platform::problem::FieldFault;

/// Most scans in one request.
pub(crate) const MAX_ITEMS: usize = 100;
/// Longest code text that is kept, in bytes.
pub(crate) const MAX_CODE_BYTES: usize = 2_048;
/// Rounding step of a coarse place, in degrees: about 1.1 km north to south, 0.8 km east to west in Kazakhstan.
pub(crate) const COARSE_STEP_DEGREES: f64 = 0.01;
/// The accuracy that a coarse place claims, in metres.
pub(crate) const COARSE_ACCURACY_METRES: f32 = 1_000.0;
/// How long before the receipt a scan may have been taken, once the client's clock is corrected.
pub(crate) const OLDEST: TimeDelta = TimeDelta::days(30);
/// How long after the receipt it may claim to have been taken: a little more than the clock error that is not corrected.
pub(crate) const YOUNGEST: TimeDelta = TimeDelta::minutes(10);

/// How much of the place its owner shares (X39: everything works with `none`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Consent {
    /// As measured.
    Exact,
    /// To about a kilometre.
    Coarse,
    /// Not at all.
    None,
}

impl Consent {
    /// The word in the store.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Coarse => "coarse",
            Self::None => "none",
        }
    }
}

/// What the text came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Source {
    /// The camera: the goods, or a screen, are there.
    Camera,
    /// A picture that was opened from a file: no goods are there.
    Picture,
    /// A till's or store's scanner.
    Scanner,
    /// Somebody's fingers.
    Typed,
}

impl Source {
    /// The word in the store.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Picture => "picture",
            Self::Scanner => "scanner",
            Self::Typed => "typed",
        }
    }
}

/// Where something was seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Place {
    /// Degrees north, WGS 84.
    #[schema(example = 51.1282, minimum = -90, maximum = 90)]
    pub(crate) latitude: f64,
    /// Degrees east, WGS 84.
    #[schema(example = 71.4306, minimum = -180, maximum = 180)]
    pub(crate) longitude: f64,
    /// Radius in which the true place lies with 68 %, in metres.
    #[schema(example = 25.0, minimum = 0, maximum = 1_000_000)]
    pub(crate) accuracy_metres: f32,
}

impl Place {
    /// The middle of the place's coarse cell: what is kept of it without leave to keep more, and after a while.
    pub(crate) fn coarse(self) -> Self {
        let middle = |degrees: f64| {
            let cell = (degrees / COARSE_STEP_DEGREES).floor() * COARSE_STEP_DEGREES + COARSE_STEP_DEGREES / 2.0;
            (cell * 1_000.0).round() / 1_000.0
        };
        Self {
            latitude: middle(self.latitude),
            longitude: middle(self.longitude),
            accuracy_metres: self.accuracy_metres.max(COARSE_ACCURACY_METRES),
        }
    }

    /// Whether it can be where a phone was, see [`crate::regions::is_usable`].
    pub(crate) fn is_usable(self) -> bool {
        crate::regions::is_usable(self.latitude, self.longitude, f64::from(self.accuracy_metres))
    }

    /// What is wrong with it, each fault at its field.
    pub(crate) fn faults(self, path: &str) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        let mut check = |field: &str, value: f64, min: f64, max: f64| {
            if !(min..=max).contains(&value) {
                let args = [("min", Arg::Number(min)), ("max", Arg::Number(max))];
                faults.push(FieldFault::with(format!("{path}.{field}"), "field-out-of-range", &args));
            }
        };
        check("latitude", self.latitude, -90.0, 90.0);
        check("longitude", self.longitude, -180.0, 180.0);
        check("accuracy_metres", f64::from(self.accuracy_metres), 0.0, 1_000_000.0);
        faults
    }
}

/// One scan, as the client tells it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct NewScan {
    /// Made by the client, random; the same id is the same scan.
    pub(crate) id: Uuid,
    /// What the scanner read, untouched.
    #[schema(max_length = 2048, min_length = 1, example = "4870112345675")]
    pub(crate) code: String,
    /// When, by the client's clock. Corrected by `sent_at`, it must lie within 30 days before and 10 minutes after the
    /// receipt.
    pub(crate) taken_at: DateTime<Utc>,
    /// How much of the place may be kept.
    pub(crate) consent: Consent,
    /// Where; left out without consent.
    pub(crate) place: Option<Place>,
    /// A random id that its owner can reset at will; never one of the hardware.
    pub(crate) device: Option<Uuid>,
    /// The slug of the verdict that the client was told.
    #[schema(value_type = Option<String>, example = "in-circulation")]
    pub(crate) verdict: Option<marking::verdict::Verdict>,
    /// What the text came from, if the client knows: a picture from a file tells nothing of where goods are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<Source>,
}

/// A batch, as the client sends it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewScans {
    /// The client's clock when it sends: lets a wrong clock be corrected. From 2000 to 2099.
    pub(crate) sent_at: Option<DateTime<Utc>>,
    /// 1 to 100 scans.
    #[schema(min_items = 1, max_items = 100)]
    pub(crate) items: Vec<NewScan>,
}

/// A scan as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    /// The day on which it was taken by the client's clock, corrected or not: stays the same on every retry.
    pub(crate) taken_on: NaiveDate,
    /// The client's id.
    pub(crate) id: Uuid,
    /// SHA-256 of what was sent, cut to 8 bytes: tells a retry from another scan under the same id.
    pub(crate) fingerprint: i64,
    /// When, corrected by the client's clock error.
    pub(crate) taken_at: DateTime<Utc>,
    /// The code; none when order and index stand for it.
    pub(crate) code: Option<String>,
    /// Its product, when it names one.
    pub(crate) gtin: Option<i64>,
    /// What the text is.
    pub(crate) finding: ScanFinding,
    /// What the client was told.
    pub(crate) verdict: Option<&'static str>,
    /// The device's random id.
    pub(crate) device: Option<Uuid>,
    /// How much of the place may be kept.
    pub(crate) consent: Consent,
    /// The place, already rounded as the consent asks.
    pub(crate) place: Option<Place>,
    /// What the text came from.
    pub(crate) source: Option<Source>,
    /// KATO code of the region in which the place lies.
    pub(crate) region: Option<String>,
}

impl NewScans {
    /// Everything that is wrong with the batch that was received at this instant.
    pub(crate) fn faults(&self, received_at: DateTime<Utc>) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        faults.extend(self.sent_at.and_then(|sent_at| bounds::instant_fault("sent_at", sent_at)));
        let clock_error = clock_error(self.sent_at, received_at);
        let mut seen = std::collections::HashSet::new();
        for (index, scan) in self.items.iter().enumerate() {
            let path = |field: &str| format!("items[{index}].{field}");
            if scan.code.is_empty() {
                faults.push(FieldFault::new(path("code"), "field-required"));
            }
            if scan.code.len() > MAX_CODE_BYTES {
                let args = [("max", Arg::from(i64::try_from(MAX_CODE_BYTES).unwrap_or(i64::MAX)))];
                faults.push(FieldFault::with(path("code"), "field-too-long", &args).at(MAX_CODE_BYTES));
            }
            if scan.code.contains('\0') {
                faults.push(FieldFault::new(path("code"), "field-control-character"));
            }
            faults.extend(scan.time_fault(&path("taken_at"), clock_error, received_at));
            if !seen.insert(scan.id) {
                faults.push(FieldFault::new(path("id"), "field-doubled"));
            }
            if let Some(place) = scan.place {
                faults.extend(place.faults(&path("place")));
            }
        }
        faults
    }
}

impl NewScan {
    /// When it was taken by our clock; none beyond the calendar. `clock_error` is the client's clock minus ours.
    pub(crate) fn corrected(&self, clock_error: TimeDelta) -> Option<DateTime<Utc>> {
        self.taken_at.checked_sub_signed(clock_error)
    }

    /// What is wrong with the time at which it was taken.
    fn time_fault(&self, field: &str, clock_error: TimeDelta, received_at: DateTime<Utc>) -> Option<FieldFault> {
        if let Some(fault) = bounds::instant_fault(field, self.taken_at) {
            return Some(fault);
        }
        let Some(taken_at) = self.corrected(clock_error) else {
            return Some(FieldFault::new(field, "field-not-a-date"));
        };
        let age = received_at.signed_duration_since(taken_at);
        if age > OLDEST {
            return Some(FieldFault::with(field, "field-too-long-ago", &[("days", OLDEST.num_days().into())]));
        }
        (age < -YOUNGEST).then(|| FieldFault::new(field, "field-in-the-future"))
    }

    /// What is kept of it. `taken_at` is when it was taken by our clock, `region_of` the KATO code of the region of a place.
    /// Where the unit is known, it stands for the text.
    pub(crate) fn kept(
        self,
        taken_at: DateTime<Utc>,
        location: &Location,
        region_of: impl Fn(Place) -> Option<String>,
    ) -> Scan {
        let finding = ScanFinding::of(location);
        let place = match self.consent {
            Consent::Exact => self.place,
            Consent::Coarse => self.place.map(Place::coarse),
            Consent::None => None,
        };
        Scan {
            taken_on: self.taken_at.date_naive(),
            id: self.id,
            fingerprint: self.fingerprint(),
            taken_at,
            code: finding.unit().is_none().then_some(self.code),
            gtin: location.gtin().and_then(|gtin| i64::try_from(gtin.number()).ok()),
            finding,
            verdict: self.verdict.map(marking::verdict::Verdict::slug),
            device: self.device,
            consent: self.consent,
            place,
            source: self.source,
            region: place.filter(|place| place.is_usable()).and_then(region_of),
        }
    }

    fn fingerprint(&self) -> i64 {
        let sent = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(sent).first_chunk::<8>().map_or(0, |bytes| i64::from_be_bytes(*bytes))
    }
}

/// How far the client's clock is off; nothing below a minute is corrected, since that may be the network.
pub(crate) fn clock_error(sent_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> TimeDelta {
    let error = sent_at.map_or_else(TimeDelta::zero, |sent_at| sent_at.signed_duration_since(now));
    if error.abs() < TimeDelta::minutes(1) { TimeDelta::zero() } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_CODE: Location = Location::NotACode { error: None };

    fn now() -> DateTime<Utc> {
        "2026-11-20T06:00:10Z".parse().expect("an instant")
    }

    fn scan(consent: Consent) -> NewScan {
        NewScan {
            id: Uuid::from_u128(7),
            code: "4870112345675".into(),
            taken_at: "2026-11-20T06:00:00Z".parse().expect("an instant"),
            consent,
            place: Some(Place { latitude: 51.128_207, longitude: 71.430_411, accuracy_metres: 12.0 }),
            device: None,
            verdict: None,
            source: None,
        }
    }

    /// X38, X39
    #[test]
    fn a_place_is_kept_only_as_far_as_its_owner_agreed() {
        let kept = |consent| scan(consent).kept(scan(consent).taken_at, &NO_CODE, |_| None).place;
        assert_eq!(kept(Consent::Exact).map(|place| place.latitude), Some(51.128_207));
        let coarse = kept(Consent::Coarse).expect("a place");
        assert!((coarse.latitude - 51.125).abs() < 1e-9 && (coarse.longitude - 71.435).abs() < 1e-9);
        assert!(coarse.accuracy_metres >= COARSE_ACCURACY_METRES);
        assert!(kept(Consent::None).is_none());
    }

    #[test]
    fn a_clock_that_is_a_year_ahead_is_corrected_but_the_row_stays_the_same() {
        let now = now();
        let mut ahead = scan(Consent::None);
        ahead.taken_at += TimeDelta::days(365);
        let error = clock_error(Some(now + TimeDelta::days(365)), now);
        let taken_at = ahead.corrected(error).expect("an instant");
        let kept = ahead.kept(taken_at, &NO_CODE, |_| None);
        assert_eq!(kept.taken_at, "2026-11-20T06:00:00Z".parse::<DateTime<Utc>>().expect("an instant"));
        assert_eq!(chrono::Datelike::year(&kept.taken_on), 2027);
    }

    #[test]
    fn every_fault_of_a_batch_is_told_at_its_place() {
        let mut far = scan(Consent::Exact);
        far.place = Some(Place { latitude: 91.0, longitude: 0.0, accuracy_metres: f32::NAN });
        let batch = NewScans { sent_at: None, items: vec![scan(Consent::None), far] };
        let faults: Vec<String> =
            batch.faults(now()).into_iter().map(|fault| format!("{} {}", fault.field, fault.slug)).collect();
        assert_eq!(
            faults,
            [
                "items[1].id field-doubled",
                "items[1].place.latitude field-out-of-range",
                "items[1].place.accuracy_metres field-out-of-range"
            ]
        );
    }

    /// X41
    #[test]
    fn a_scan_lies_within_thirty_days_before_and_ten_minutes_after_its_receipt() {
        let faults = |taken_at: DateTime<Utc>, sent_at: Option<DateTime<Utc>>| -> Vec<String> {
            let batch = NewScans { sent_at, items: vec![NewScan { taken_at, ..scan(Consent::None) }] };
            batch.faults(now()).into_iter().map(|fault| format!("{} {}", fault.field, fault.slug)).collect()
        };
        let (month, minutes) = (TimeDelta::days(30), TimeDelta::minutes(10));
        let second = TimeDelta::seconds(1);
        assert!(faults(now() - month, None).is_empty() && faults(now() + minutes, None).is_empty());
        assert_eq!(faults(now() - month - second, None), ["items[0].taken_at field-too-long-ago"]);
        assert_eq!(faults(now() + minutes + second, None), ["items[0].taken_at field-in-the-future"]);
        let year = TimeDelta::days(365);
        assert!(
            faults(now() + year - month, Some(now() + year)).is_empty(),
            "a clock that is a year ahead is corrected"
        );
        assert_eq!(faults(now() + year - month - second, Some(now() + year)), ["items[0].taken_at field-too-long-ago"]);
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert_eq!(faults(now(), Some(at))[0], "sent_at field-not-a-date", "{at}");
            assert_eq!(
                faults(at, Some(at)),
                ["sent_at field-not-a-date", "items[0].taken_at field-not-a-date"],
                "{at}"
            );
        }
    }
}
