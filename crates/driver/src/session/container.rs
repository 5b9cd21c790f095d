//! What has been seen of one container, range by range. Reading takes a shared lock for some nanoseconds;
//! an answer that says nothing new, as that of most reads, takes no more.
//!
//! Positions are settled with the container's ranges as they change: what was seen in a range that was split
//! or merged passes to the ranges that came of it, so ranges that are gone take no room and no header bytes.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::Bytes;
use cosmokit_protocol::partition::RangeEntry;
use cosmokit_protocol::session::{
    CompositeToken, RangeId, RangeProgress, RangeToken, SessionToken, SessionTokenSegment,
    VectorToken,
};
use http::HeaderValue;

use super::Captured;
use crate::cache::PartitionKeyRanges;

/// Ranges whose positions are kept; those that advanced longest ago give way.
const MAX_RANGES: usize = 4_096;

/// The positions seen in one container.
#[derive(Debug, Default)]
pub(crate) struct ContainerSession {
    positions: RwLock<Positions>,
    /// Whether something may have been written whose position is not known.
    uncertain: AtomicBool,
    /// Whether it was written by this process.
    newly_uncertain: AtomicBool,
    /// Whether the container exists no more.
    gone: AtomicBool,
}

#[derive(Debug, Default)]
struct Positions {
    seen: Vec<Seen>,
    /// The state of the ranges that all positions were settled with; none after a range was met first.
    settled_with: Option<HeaderValue>,
    /// Ranges whose positions were given up, because the account could not show them.
    lapsed: Vec<RangeId>,
    /// How often a position advanced.
    advances: u64,
}

/// The position seen in one range.
#[derive(Debug)]
struct Seen {
    range: RangeId,
    progress: RangeProgress,
    /// `range:position`, ready to be sent.
    header: HeaderValue,
    /// When it advanced last, by the count of advances.
    advanced: u64,
    /// Whether an answer to a write has shown it, not only answers to reads.
    written: bool,
}

impl ContainerSession {
    /// Takes in the token of an answer; returns whether it said anything new. A token that cannot be read is
    /// the service's fault and ignored, with a warning.
    pub(crate) fn capture(&self, token: &HeaderValue, of: Captured) -> bool {
        let says_nothing = |seen: &Seen| seen.header == *token && seen.written >= of.is_write();
        if self.read().seen.iter().any(says_nothing) {
            return false;
        }
        let Ok(text) = token.to_str() else {
            return false;
        };
        match CompositeToken::parse(text) {
            Ok(composite) => self.absorb(composite.segments(), |_| of.is_write()),
            Err(error) => {
                tracing::warn!(%error, "the session token of an answer cannot be read; ignored");
                false
            }
        }
    }

    /// Takes in positions, of which those of ranges that are `written` were learnt by writing; returns whether
    /// they said anything new.
    pub(crate) fn absorb(
        &self,
        segments: &[SessionTokenSegment],
        written: impl Fn(RangeId) -> bool,
    ) -> bool {
        let news: Vec<&SessionTokenSegment> = {
            let positions = self.read();
            let is_news =
                |segment: &&SessionTokenSegment| positions.is_news(segment, written(segment.range));
            segments.iter().filter(is_news).collect()
        };
        if news.is_empty() {
            return false;
        }
        let mut positions = self.write();
        let mut changed = false;
        for segment in news {
            let progress = RangeProgress::new(segment.token.clone());
            changed |= positions.join(segment.range, &progress, written(segment.range));
        }
        positions.limit();
        changed
    }

    /// Takes in all that another has seen; returns whether it said anything new.
    pub(crate) fn join(&self, other: &Self) -> bool {
        let theirs: Vec<(RangeId, RangeProgress, bool)> = {
            let other = other.read();
            let progress = other
                .seen
                .iter()
                .map(|seen| (seen.range, seen.progress.clone(), seen.written));
            progress.collect()
        };
        let mut changed = other.is_newly_uncertain() && self.mark_uncertain();
        changed |= other.is_uncertain() && self.take_mark();
        let mut positions = self.write();
        for (range, progress, written) in &theirs {
            changed |= positions.join(*range, progress, *written);
        }
        positions.limit();
        changed
    }

    /// Whether nothing has been seen yet, so that no request needs a token.
    pub(crate) fn is_empty(&self) -> bool {
        self.read().seen.is_empty()
    }

    /// Whether every position belongs to these ranges, or was found not to.
    pub(crate) fn is_settled_with(&self, ranges: &PartitionKeyRanges) -> bool {
        self.read().settled_with.as_ref() == Some(ranges.etag())
    }

    /// Whether a position was seen in a range that these neither have nor came from: they may be old.
    pub(crate) fn knows_others_than(&self, ranges: &PartitionKeyRanges) -> bool {
        let positions = self.read();
        let mut seen = positions.seen.iter();
        seen.any(|seen| {
            let id = seen.range.as_str();
            ranges.map().get(id).is_none() && ranges.map().heirs_of(id).next().is_none()
        })
    }

    /// Hands what was seen in ranges that are gone to those that came of them by split or merge.
    pub(crate) fn settle(&self, ranges: &PartitionKeyRanges) {
        let mut positions = self.write();
        let (kept, gone) = std::mem::take(&mut positions.seen)
            .into_iter()
            .partition(|seen| {
                let id = seen.range.as_str();
                ranges.map().get(id).is_some() || ranges.map().heirs_of(id).next().is_none()
            });
        positions.seen = kept;
        let gone: Vec<Seen> = gone;
        for parent in gone {
            for heir in ranges.map().heirs_of(parent.range.as_str()) {
                if let Ok(heir) = RangeId::parse(heir.id()) {
                    positions.join(heir, &parent.progress, parent.written);
                }
            }
        }
        positions.limit();
        positions.settled_with = Some(ranges.etag().clone());
    }

    /// What a request to one range must carry: what was seen there and in the ranges that it came from.
    pub(crate) fn for_range<T>(&self, range: &RangeEntry<T>) -> Option<HeaderValue> {
        let id = RangeId::parse(range.id()).ok()?;
        let positions = self.read();
        let own = positions.seen.iter().find(|own| own.range == id);
        let mut merged: Option<RangeProgress> = None;
        for parent in range
            .parents()
            .filter_map(|parent| RangeId::parse(parent).ok())
        {
            // Positions of parents are handed on when ranges change; until then they count here.
            if let Some(parent) = positions.seen.iter().find(|seen| seen.range == parent) {
                let merged = merged.get_or_insert_with(|| own.unwrap_or(parent).progress.clone());
                merged.join(&parent.progress);
            }
        }
        match merged {
            Some(progress) => Some(header(id, &progress)),
            None => own.map(|own| own.header.clone()),
        }
    }

    /// What a request to several ranges must carry: what was seen in those of `among`, or everything without
    /// it. When that is longer than `limit` bytes, what advanced last is sent and the rest left out.
    pub(crate) fn for_many<T>(
        &self,
        among: Option<&[RangeEntry<T>]>,
        limit: usize,
    ) -> Option<HeaderValue> {
        let ids: Option<HashSet<&str>> =
            among.map(|ranges| ranges.iter().map(RangeEntry::id).collect());
        let positions = self.read();
        let is_asked = |seen: &&Seen| {
            ids.as_ref()
                .is_none_or(|ids| ids.contains(seen.range.as_str()))
        };
        let mut sent: Vec<&Seen> = positions.seen.iter().filter(is_asked).collect();
        let all = sent.len();
        let mut bytes: usize = sent.iter().map(|seen| seen.header.len() + 1).sum();
        // One comma less than there are positions.
        if bytes > limit + 1 {
            sent.sort_by_key(|seen| std::cmp::Reverse(seen.advanced));
            while bytes > limit + 1
                && let Some(left_out) = sent.pop()
            {
                bytes -= left_out.header.len() + 1;
            }
        }
        if sent.len() < all {
            tracing::debug!(
                sent = sent.len(),
                of = all,
                "the session is longer than max_session_token_bytes; what advanced last is sent"
            );
        }
        let text = text_of(sent.into_iter());
        if text.is_empty() {
            return None;
        }
        HeaderValue::from_maybe_shared(Bytes::from(text)).ok()
    }

    /// Everything that was seen, as one token.
    pub(crate) fn token(&self) -> Option<SessionToken> {
        let text = text_of(self.read().seen.iter());
        (!text.is_empty()).then(|| SessionToken::new(text))
    }

    /// Everything that was seen, range by range.
    pub(crate) fn segments(&self) -> Vec<SessionTokenSegment> {
        let positions = self.read();
        let segments = positions
            .seen
            .iter()
            .map(|seen| SessionTokenSegment::new(seen.range, seen.progress.token().clone()));
        segments.collect()
    }

    /// Gives up the positions of these ranges; returns whether there were any.
    pub(crate) fn lapse(&self, is_meant: impl Fn(RangeId) -> bool) -> bool {
        let mut positions = self.write();
        let gone: Vec<RangeId> = positions
            .seen
            .extract_if(.., |seen| is_meant(seen.range))
            .map(|seen| seen.range)
            .collect();
        let any = !gone.is_empty();
        positions.lapsed.extend(gone);
        positions.lapsed.sort_unstable();
        positions.lapsed.dedup();
        any
    }

    /// Ranges whose positions were given up.
    pub(crate) fn lapsed(&self) -> Vec<RangeId> {
        self.read().lapsed.clone()
    }

    /// Notes that something may have been written whose position is not known; returns whether that is news.
    pub(crate) fn mark_uncertain(&self) -> bool {
        self.uncertain.store(true, Ordering::Relaxed);
        !self.newly_uncertain.swap(true, Ordering::Relaxed)
    }

    /// Notes the same of a write that another process has told of.
    pub(crate) fn take_mark(&self) -> bool {
        !self.uncertain.swap(true, Ordering::Relaxed)
    }

    /// Whether a write of this process has left such a doubt.
    pub(crate) fn is_newly_uncertain(&self) -> bool {
        self.newly_uncertain.load(Ordering::Relaxed)
    }

    /// The container exists no more.
    pub(crate) fn forget(&self) {
        *self.write() = Positions::default();
        self.uncertain.store(false, Ordering::Relaxed);
        self.newly_uncertain.store(false, Ordering::Relaxed);
        self.gone.store(true, Ordering::Relaxed);
    }

    /// Whether the container exists no more.
    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    /// The position seen in a range.
    pub(crate) fn height(&self, range: RangeId) -> Option<u64> {
        let positions = self.read();
        let own = positions.seen.iter().find(|own| own.range == range)?;
        Some(own.progress.token().global_lsn().value())
    }

    /// Whether any of the positions, each with its range and its highest number, is too high.
    pub(crate) fn any_is(&self, too_high: impl Fn(RangeId, u64) -> bool) -> bool {
        let positions = self.read();
        let mut seen = positions.seen.iter();
        seen.any(|own| too_high(own.range, furthest(own.progress.token())))
    }

    /// Whether something may have been written whose position is not known.
    pub(crate) fn is_uncertain(&self) -> bool {
        self.uncertain.load(Ordering::Relaxed)
    }

    /// The ranges in which something was written.
    pub(crate) fn written(&self) -> Vec<RangeId> {
        let positions = self.read();
        let written = positions.seen.iter().filter(|seen| seen.written);
        written.map(|seen| seen.range).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Positions> {
        self.positions
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Positions> {
        self.positions
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Positions {
    /// Whether a position may say something new. One of another version does, even of a lower one: what it
    /// knows of a region that the higher version lists still counts.
    fn is_news(&self, segment: &SessionTokenSegment, written: bool) -> bool {
        let Some(own) = self.seen.iter().find(|own| own.range == segment.range) else {
            return true;
        };
        if written && !own.written {
            return true;
        }
        let own = own.progress.token();
        version(own) != version(&segment.token) || !own.is_at_least_as_recent(&segment.token)
    }

    fn join(&mut self, range: RangeId, progress: &RangeProgress, written: bool) -> bool {
        if let Some(own) = self.seen.iter_mut().find(|own| own.range == range) {
            let is_first_write = written && !own.written;
            own.written |= written;
            let changed = own.progress.join(progress) || is_first_write;
            if changed {
                self.advances += 1;
                own.advanced = self.advances;
                own.header = header(range, &own.progress);
            }
            return changed;
        }
        self.advances += 1;
        self.settled_with = None;
        self.seen.push(Seen {
            range,
            progress: progress.clone(),
            header: header(range, progress),
            advanced: self.advances,
            written,
        });
        true
    }

    fn limit(&mut self) {
        if self.seen.len() > MAX_RANGES {
            self.seen
                .sort_by_key(|seen| std::cmp::Reverse(seen.advanced));
            self.seen.truncate(MAX_RANGES);
        }
    }
}

fn text_of<'a>(seen: impl Iterator<Item = &'a Seen>) -> String {
    let mut text = String::new();
    for own in seen {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(own.header.to_str().unwrap_or_default());
    }
    text
}

fn header(range: RangeId, progress: &RangeProgress) -> HeaderValue {
    let text = format!("{range}:{}", progress.token());
    HeaderValue::from_maybe_shared(Bytes::from(text))
        .expect("digits and punctuation are visible ASCII")
}

/// The highest number of a position: that of the partition, or of any region.
fn furthest(token: &RangeToken) -> u64 {
    let regions = token.as_vector().map_or(&[][..], VectorToken::regions);
    let local = regions.iter().filter_map(|region| region.lsn).max();
    token.global_lsn().max(local.unwrap_or_default()).value()
}

/// The version of a position; none in the simple form.
fn version(token: &RangeToken) -> Option<i64> {
    token.as_vector().map(VectorToken::version)
}
