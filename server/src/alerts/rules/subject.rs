//! What a scan is about, and whose trails it leaves a mark on.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use h3o::Resolution;

use super::sighting::{Position, Seen, Sighting};

/// The size of a shop's cell: about 350 m across.
const SHOP: Resolution = Resolution::Nine;
/// Units that are neighbours: packed and shipped together.
const RUN: u32 = 256;

/// What one scan read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// A code of ours whose seal holds, by its place.
    Unit {
        /// The order's number.
        order: u32,
        /// The index in the order.
        index: u32,
    },
    /// Something else.
    Label {
        /// A hash of the whole text.
        text: u64,
        /// A hash of its seal, if it has one.
        seal: Option<u64>,
    },
}

/// A scan, with what the register had to say of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scan {
    /// The scan, shortened.
    pub id: i64,
    /// When it was taken, in seconds since 1970.
    pub at: i64,
    /// What it read.
    pub read: Read,
    /// The product, if it names one.
    pub gtin: Option<u64>,
    /// A hash of the device, if it told one.
    pub device: Option<u64>,
    /// Where, if its owner agreed.
    pub place: Option<Position>,
    /// What the register had to say.
    pub seen: Seen,
    /// Whether a picture was read from a file: no goods are where it was done.
    pub from_picture: bool,
}

/// What a trail is kept of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// One code of ours; its parties are devices.
    Unit {
        /// The order's number.
        order: u32,
        /// The index in the order.
        index: u32,
    },
    /// One text that is none of ours; its parties are devices.
    Label {
        /// A hash of it.
        text: u64,
    },
    /// One seal that does not hold where it stands; its parties are texts.
    Seal {
        /// A hash of it.
        seal: u64,
    },
    /// One device; its parties are codes.
    Device {
        /// A hash of it.
        device: u64,
    },
    /// One kind of bad goods in one shop; its parties are devices.
    Shop {
        /// The H3 cell.
        cell: u64,
        /// What is bad.
        seen: Seen,
        /// The product, where it matters.
        gtin: Option<u64>,
    },
    /// Neighbouring units; its parties are units.
    Run {
        /// The order's number.
        order: u32,
        /// Which run of it.
        run: u32,
    },
    /// Neighbouring units that look odd each by itself; its parties are units.
    OddRun {
        /// The order's number.
        order: u32,
        /// Which run of it.
        run: u32,
    },
}

/// A mark that a scan leaves on a trail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Whose trail.
    pub subject: Subject,
    /// Who or what met the subject.
    pub party: u64,
    /// What is kept of the scan.
    pub sighting: Sighting,
}

/// A hash that is the same in every process and spread evenly.
pub fn mixed(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Scan {
    /// The marks that it leaves. Pictures leave none but on the device: they say nothing of goods. Scans without a device
    /// count as one device together, so that nobody makes a crowd by leaving it out.
    pub fn marks(&self) -> Vec<Mark> {
        let sighting = Sighting { id: self.id, at: self.at, place: self.place, seen: self.seen };
        let device = mixed(self.device);
        let mut marks = Vec::with_capacity(3);
        let mut mark = |subject, party| marks.push(Mark { subject, party, sighting });
        if let Some(device) = self.device {
            mark(Subject::Device { device }, mixed(self.code()));
        }
        if self.from_picture || self.seen == Seen::Misread {
            return marks;
        }
        match self.read {
            Read::Unit { order, index } => {
                mark(Subject::Unit { order, index }, device);
                mark(Subject::Run { order, run: index / RUN }, mixed((order, index)));
            }
            Read::Label { text, seal } => {
                mark(Subject::Label { text }, device);
                if let Some(seal) = seal.filter(|_| self.seen == Seen::Forged) {
                    mark(Subject::Seal { seal }, mixed(text));
                }
            }
        }
        if let Some(cell) = self.place.and_then(|place| place.cell(SHOP)) {
            let gtin = match self.seen {
                Seen::Expired | Seen::Recalled => Some(self.gtin),
                Seen::Unknown => Some(None),
                _ => None,
            };
            if let Some(gtin) = gtin {
                mark(Subject::Shop { cell: cell.into(), seen: self.seen, gtin }, device);
            }
        }
        marks
    }

    fn code(&self) -> (u64, u64) {
        match self.read {
            Read::Unit { order, index } => (order.into(), index.into()),
            Read::Label { text, .. } => (u64::MAX, text),
        }
    }
}

impl fmt::Display for Subject {
    /// The key under which its trail is kept.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit { order, index } => write!(formatter, "unit:{order}:{index}"),
            Self::Label { text } => write!(formatter, "code:{text:016x}"),
            Self::Seal { seal } => write!(formatter, "seal:{seal:016x}"),
            Self::Device { device } => write!(formatter, "device:{device:016x}"),
            Self::Shop { cell, seen, gtin } => {
                write!(formatter, "outlet:{cell:x}:{seen:?}:{}", gtin.unwrap_or_default())
            }
            Self::Run { order, run } => write!(formatter, "run:{order}:{run}"),
            Self::OddRun { order, run } => write!(formatter, "odd-run:{order}:{run}"),
        }
    }
}

impl Subject {
    /// Whether it is somebody else's word that counts: then a network is one witness a day. What a device scans is its
    /// own word about itself.
    pub fn is_witnessed(self) -> bool {
        !matches!(self, Self::Device { .. })
    }

    /// The run in which a unit is marked when it looks odd by itself.
    pub fn odd_run(self) -> Option<Self> {
        match self {
            Self::Unit { order, index } => Some(Self::OddRun { order, run: index / RUN }),
            _ => None,
        }
    }

    /// Who a unit is in the trail of its run.
    pub fn party(self) -> u64 {
        match self {
            Self::Unit { order, index } => mixed((order, index)),
            other => mixed(other),
        }
    }
}
