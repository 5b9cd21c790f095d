//! The parsed form of a whole session token: one position per partition key range.
//!
//! Ranges are unique and keep the order of first sight.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use super::error::{SegmentFault, SessionTokenError};
use super::progress::RangeProgress;
use super::range_id::RangeId;
use super::range_token::RangeToken;
use super::segment::SessionTokenSegment;
use super::token::SessionToken;

/// Segments one token may have.
pub const MAX_SEGMENTS: usize = 1_000;

/// Bytes one token may have, checked before anything is read.
pub const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// Up to this many segments a scan beats a hash table.
const SCAN_LIMIT: usize = 16;

/// A session token, parsed: what was seen in each partition key range of one container.
///
/// ```
/// use cosmokit_protocol::session::CompositeToken;
///
/// let mut seen: CompositeToken = "0:1#9#4=8,1:1#3".parse()?;
/// seen.merge(&"0:1#12#4=11".parse()?)?;
/// assert_eq!(seen.to_string(), "0:1#12#4=11,1:1#3");
/// // Range 2 was split from range 0 and has no token of its own yet.
/// assert_eq!(seen.narrow("2", &["0"]).unwrap().to_string(), "2:1#12#4=11");
/// # Ok::<(), cosmokit_protocol::session::SessionTokenError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompositeToken {
    segments: Vec<SessionTokenSegment>,
}

impl CompositeToken {
    /// A token without any range, to merge others into.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads comma-joined segments. Blanks around segments and empty segments are ignored.
    ///
    /// # Errors
    /// The first segment that is malformed or repeats a range, by index; or the limit crossed.
    pub fn parse(text: &str) -> Result<Self, SessionTokenError> {
        if text.len() > MAX_TOKEN_BYTES {
            return Err(SessionTokenError::TooLong { bytes: text.len() });
        }
        let mut parsed = Self::new();
        let mut places = Places::default();
        for (index, part) in text.split(',').enumerate() {
            if part.trim_ascii().is_empty() {
                continue;
            }
            let fault = |fault| SessionTokenError::Segment { index, fault };
            let segment = SessionTokenSegment::parse(part).map_err(fault)?;
            if places.find(&parsed.segments, &segment.range).is_some() {
                return Err(fault(SegmentFault::DuplicateRange));
            }
            parsed.push(segment, &mut places)?;
        }
        if parsed.is_empty() {
            return Err(SessionTokenError::Empty);
        }
        Ok(parsed)
    }

    /// The segments in order of first sight.
    pub fn segments(&self) -> &[SessionTokenSegment] {
        &self.segments
    }

    /// Number of ranges.
    pub fn len(&self) -> usize {
        self.segments.len()
    }

    /// Whether there is no range.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The position seen in a range.
    pub fn for_range(&self, range: &str) -> Option<&RangeToken> {
        self.segments
            .iter()
            .find(|segment| segment.range == *range)
            .map(|segment| &segment.token)
    }

    /// The part of this token that a request to one range needs: the range's own segment, else
    /// the merge of its parents' segments under the range's id, else nothing.
    ///
    /// `parents` are the ranges that `range` came from by split or merge; all of them are merged.
    /// Positions in other ranges cannot stall the read then, and the header stays small.
    pub fn narrow<P: AsRef<str>>(&self, range: &str, parents: &[P]) -> Option<SessionTokenSegment> {
        let id = RangeId::parse(range).ok()?;
        if let Some(own) = self.for_range(range) {
            return Some(SessionTokenSegment::new(id, own.clone()));
        }
        let inherited = parents
            .iter()
            .filter_map(|parent| self.for_range(parent.as_ref()));
        let token = RangeProgress::fold(inherited)?.into_token();
        Some(SessionTokenSegment::new(id, token))
    }

    /// Takes in one segment; returns whether anything changed.
    ///
    /// # Errors
    /// [`SessionTokenError::TooManySegments`]; this token is unchanged then.
    pub fn observe(&mut self, seen: &SessionTokenSegment) -> Result<bool, SessionTokenError> {
        let found = self.segments.iter_mut().find(|own| own.range == seen.range);
        if let Some(own) = found {
            return Ok(own.merge_value(seen));
        }
        self.push(seen.clone(), &mut Places::default())?;
        Ok(true)
    }

    /// Takes in another token, pairwise per range; returns whether anything changed.
    ///
    /// Ranges known to one side only are kept side by side. Use [`merge_all`](Self::merge_all)
    /// for more than two tokens.
    ///
    /// # Errors
    /// [`SessionTokenError::TooManySegments`]; what was merged until then stays.
    pub fn merge(&mut self, other: &Self) -> Result<bool, SessionTokenError> {
        let mut places = Places::default();
        let mut changed = false;
        for seen in &other.segments {
            let place = places.find(&self.segments, &seen.range);
            if let Some(own) = place.and_then(|at| self.segments.get_mut(at)) {
                changed |= own.merge_value(seen);
            } else {
                self.push(seen.clone(), &mut places)?;
                changed = true;
            }
        }
        Ok(changed)
    }

    /// Merges any number of tokens highest version first, so that the positions do not depend on
    /// the order; the order of segments is that of first sight.
    ///
    /// # Errors
    /// [`SessionTokenError::TooManySegments`].
    pub fn merge_all<'a>(
        tokens: impl IntoIterator<Item = &'a Self>,
    ) -> Result<Self, SessionTokenError> {
        let mut ranges: Vec<(RangeId, RangeProgress)> = Vec::new();
        let mut places: HashMap<RangeId, usize> = HashMap::new();
        for segment in tokens.into_iter().flat_map(|token| &token.segments) {
            if let Some((_, progress)) = places
                .get(&segment.range)
                .and_then(|at| ranges.get_mut(*at))
            {
                progress.observe(&segment.token);
                continue;
            }
            if ranges.len() == MAX_SEGMENTS {
                return Err(SessionTokenError::TooManySegments);
            }
            places.insert(segment.range, ranges.len());
            ranges.push((segment.range, RangeProgress::new(segment.token.clone())));
        }
        let segments = ranges
            .into_iter()
            .map(|(range, progress)| SessionTokenSegment::new(range, progress.into_token()))
            .collect();
        Ok(Self { segments })
    }

    /// Whether every range of `other` is known here with a position that is not behind.
    pub fn is_at_least_as_recent(&self, other: &Self) -> bool {
        let mut places = Places::default();
        other.segments.iter().all(|seen| {
            places
                .find(&self.segments, &seen.range)
                .and_then(|at| self.segments.get(at))
                .is_some_and(|own| own.is_as_recent_as(seen))
        })
    }

    /// The token as it travels.
    pub fn to_session_token(&self) -> SessionToken {
        SessionToken::new(self.to_string())
    }

    fn push(
        &mut self,
        segment: SessionTokenSegment,
        places: &mut Places,
    ) -> Result<(), SessionTokenError> {
        if self.segments.len() == MAX_SEGMENTS {
            return Err(SessionTokenError::TooManySegments);
        }
        places.note(segment.range, self.segments.len());
        self.segments.push(segment);
        Ok(())
    }
}

/// Where each range stands; built only when there are many, so that small tokens, which are the
/// rule, never allocate for it.
#[derive(Default)]
struct Places {
    by_range: HashMap<RangeId, usize>,
}

impl Places {
    fn find(&mut self, segments: &[SessionTokenSegment], range: &RangeId) -> Option<usize> {
        if segments.len() <= SCAN_LIMIT {
            return segments.iter().position(|own| own.range == *range);
        }
        if self.by_range.is_empty() {
            let places = segments.iter().enumerate();
            self.by_range = places.map(|(at, own)| (own.range, at)).collect();
        }
        self.by_range.get(range).copied()
    }

    fn note(&mut self, range: RangeId, at: usize) {
        if !self.by_range.is_empty() {
            self.by_range.insert(range, at);
        }
    }
}

impl From<SessionTokenSegment> for CompositeToken {
    fn from(segment: SessionTokenSegment) -> Self {
        Self {
            segments: vec![segment],
        }
    }
}

impl FromStr for CompositeToken {
    type Err = SessionTokenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for CompositeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.segments.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            fmt::Display::fmt(segment, f)?;
        }
        Ok(())
    }
}
