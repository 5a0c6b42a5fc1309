//! The dense state of an order's codes: two bytes a code, in segments of [`UNITS_PER_SEGMENT`].
//!
//! A unit's two bytes are its [`Status`] (the high four bits) and the number of its particulars in the
//! order's short list of releases (the low twelve; zero means none): production date, expiry, importer,
//! customs declaration, recall. A stored segment is eight bytes of version, then two bytes a unit, all
//! big-endian. A segment is replaced whole, and only by one of a higher version.
//!
//! An order's last segment stops at the order's last code. Reading past it gives `None`, never a state.

use crate::status::Status;

/// How many units a full segment holds: as many as fit, with the version and Redis' own six bytes, into the 2,048 bytes
/// that its allocator gives out. Eight more, a round 1,024, would take 2,560.
pub const UNITS_PER_SEGMENT: usize = 1016;

/// The bytes of the version that leads a stored segment.
pub const VERSION_BYTES: usize = 8;

const UNIT_BYTES: usize = 2;
const PARTICULARS_BITS: u32 = 12;

/// The state of one code: its status, and the number of its particulars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnitState {
    status: Status,
    particulars: u16,
}

impl UnitState {
    /// The highest number that particulars may have in an order.
    pub const MAX_PARTICULARS: u16 = (1 << PARTICULARS_BITS) - 1;

    /// A state, or `None` when the particulars' number is above [`Self::MAX_PARTICULARS`].
    /// Zero stands for no particulars.
    pub fn new(status: Status, particulars: u16) -> Option<Self> {
        (particulars <= Self::MAX_PARTICULARS).then_some(Self { status, particulars })
    }

    /// The status.
    pub fn status(self) -> Status {
        self.status
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    /// The number of the particulars in the order's list, counted from one; `None` when there are none yet.
    pub fn particulars(self) -> Option<u16> {
        (self.particulars != 0).then_some(self.particulars)
    }

    /// The two bytes as a number.
    pub fn to_bits(self) -> u16 {
        u16::from(self.status as u8) << PARTICULARS_BITS | self.particulars
    }

    /// Reads the two bytes; `None` when their status is none of ours.
    pub fn from_bits(bits: u16) -> Option<Self> {
        let [high, _] = bits.to_be_bytes();
        Some(Self { status: Status::from_number(high >> 4)?, particulars: bits & Self::MAX_PARTICULARS })
    }

    /// Reads the two bytes that stand at [`byte_offset`] in a stored segment.
    pub fn from_bytes(bytes: [u8; 2]) -> Option<Self> {
        Self::from_bits(u16::from_be_bytes(bytes))
    }
}

impl Default for UnitState {
    /// A code that was emitted and that nothing has happened to.
    fn default() -> Self {
        Self { status: Status::Emitted, particulars: 0 }
    }
}

/// The number of the segment that holds the unit of this index in its order, and the unit's offset in it.
pub fn segment_of(index: u32) -> (u32, usize) {
    let units = UNITS_PER_SEGMENT as u64;
    let index = u64::from(index);
    // Both results are no greater than the index, so neither cast cuts anything off.
    #[expect(clippy::cast_possible_truncation, reason = "no greater than a u32, and below 1016")]
    ((index / units) as u32, (index % units) as usize)
}

/// Where the two bytes of the unit at this offset start in a stored segment.
pub fn byte_offset(offset: usize) -> usize {
    VERSION_BYTES + UNIT_BYTES * offset
}

/// Why stored bytes are not a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenSegment {
    /// The length is not that of a version and 1 to 1,016 units.
    #[error("{0} bytes are not a version and 1 to 1016 units")]
    Length(usize),
    /// The unit at this offset has a status that does not exist.
    #[error("the unit at offset {0} has no status that exists")]
    Status(usize),
}

/// The states of up to 1,016 neighbouring codes of one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    version: u64,
    states: Vec<UnitState>,
}

impl Segment {
    /// A segment of `units` codes (1 to 1,016) that were emitted and no more; `None` for another count.
    pub fn emitted(version: u64, units: usize) -> Option<Self> {
        Self::new(version, vec![UnitState::default(); units.min(UNITS_PER_SEGMENT + 1)])
    }

    /// A segment of these states; `None` unless there are 1 to 1,016.
    pub fn new(version: u64, states: Vec<UnitState>) -> Option<Self> {
        (1..=UNITS_PER_SEGMENT).contains(&states.len()).then_some(Self { version, states })
    }

    /// The version: a stored segment gives way to a higher one only.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The states, by offset.
    pub fn states(&self) -> &[UnitState] {
        &self.states
    }

    /// The states, to be changed. The caller raises the version with [`Self::set_version`].
    pub fn states_mut(&mut self) -> &mut [UnitState] {
        &mut self.states
    }

    /// Gives the segment another version.
    pub fn set_version(&mut self, version: u64) {
        self.version = version;
    }

    /// Reads a stored segment.
    pub fn parse(bytes: &[u8]) -> Result<Self, BrokenSegment> {
        let wrong_length = BrokenSegment::Length(bytes.len());
        let (version, units) = bytes.split_first_chunk().ok_or(wrong_length)?;
        let (pairs, rest) = units.as_chunks::<UNIT_BYTES>();
        if !rest.is_empty() {
            return Err(wrong_length);
        }
        let states = pairs
            .iter()
            .enumerate()
            .map(|(offset, pair)| UnitState::from_bytes(*pair).ok_or(BrokenSegment::Status(offset)))
            .collect::<Result<_, _>>()?;
        Self::new(u64::from_be_bytes(*version), states).ok_or(wrong_length)
    }

    /// The bytes that are stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(byte_offset(self.states.len()));
        bytes.extend(self.version.to_be_bytes());
        bytes.extend(self.states.iter().flat_map(|state| state.to_bits().to_be_bytes()));
        bytes
    }
}

/// The version of a stored segment and the state of one unit, read without reading the others.
/// `None` when the bytes are too short for that unit or its status does not exist.
pub fn peek(bytes: &[u8], offset: usize) -> Option<(u64, UnitState)> {
    let version = u64::from_be_bytes(*bytes.first_chunk()?);
    let pair = bytes.get(byte_offset(offset)..)?.first_chunk()?;
    Some((version, UnitState::from_bytes(*pair)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn states() -> impl Strategy<Value = UnitState> {
        let status = prop::sample::select(Status::ALL.to_vec());
        (status, 0..=UnitState::MAX_PARTICULARS)
            .prop_map(|(status, particulars)| UnitState::new(status, particulars).unwrap())
    }

    #[test]
    fn the_stored_bytes_are_a_version_and_two_bytes_a_unit() {
        let sold = UnitState::new(Status::Sold, 0x123).unwrap();
        let segment = Segment::new(258, vec![UnitState::default(), sold]).unwrap();
        let bytes = [0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0x41, 0x23];
        assert_eq!(segment.to_bytes(), bytes);
        assert_eq!(Segment::parse(&bytes), Ok(segment));
        assert_eq!(peek(&bytes, 1), Some((258, sold)));
        assert_eq!(peek(&bytes, 2), None);
        assert_eq!(sold.particulars(), Some(0x123));
        assert_eq!(UnitState::default().particulars(), None);
    }

    #[test]
    fn an_index_has_its_segment_and_its_offset() {
        assert_eq!(segment_of(0), (0, 0));
        assert_eq!(segment_of(1015), (0, 1015));
        assert_eq!(segment_of(1016), (1, 0));
        assert_eq!(segment_of(u32::MAX), (4_227_330, 15));
        assert_eq!(byte_offset(1015), 2038);
    }

    #[test]
    fn broken_bytes_are_refused_with_the_place() {
        assert_eq!(Segment::parse(&[0; 8]), Err(BrokenSegment::Length(8)));
        assert_eq!(Segment::parse(&[0; 11]), Err(BrokenSegment::Length(11)));
        assert_eq!(Segment::parse(&[0; 2042]), Err(BrokenSegment::Length(2042)));
        assert_eq!(Segment::parse(&[0xF0; 10]), Err(BrokenSegment::Status(0)));
        assert!(Segment::emitted(1, 0).is_none());
        assert!(Segment::emitted(1, usize::MAX).is_none());
        assert!(Segment::emitted(1, UNITS_PER_SEGMENT).is_some());
        assert!(UnitState::new(Status::Sold, 4096).is_none());
    }

    proptest! {
        #[test]
        fn what_is_stored_reads_back(version: u64, states in prop::collection::vec(states(), 1..50)) {
            let segment = Segment::new(version, states).unwrap();
            let bytes = segment.to_bytes();
            for (offset, state) in segment.states().iter().enumerate() {
                prop_assert_eq!(peek(&bytes, offset), Some((version, *state)));
            }
            prop_assert_eq!(Segment::parse(&bytes), Ok(segment));
        }

        /// X40: any bytes are read or refused.
        #[test]
        fn any_bytes_are_read_or_refused_without_a_panic(bytes: Vec<u8>, offset: u16) {
            let _ = peek(&bytes, offset.into());
            if let Ok(segment) = Segment::parse(&bytes) {
                prop_assert_eq!(segment.to_bytes(), bytes);
            }
        }
    }
}
