//! What has been seen of one container, range by range. Reading takes a shared lock for some nanoseconds;
//! an answer that says nothing new, as that of most reads, takes no more.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use bytes::Bytes;
use cosmokit_protocol::partition::RangeEntry;
use cosmokit_protocol::session::{
    CompositeToken, RangeId, RangeProgress, RangeToken, SessionToken, SessionTokenSegment,
    VectorToken,
};
use http::HeaderValue;

/// Ranges whose positions are kept; the lowest ids, which are the oldest, give way.
const MAX_RANGES: usize = 4_096;

/// The positions seen in one container.
#[derive(Debug, Default)]
pub(crate) struct ContainerSession(RwLock<Vec<Seen>>);

/// The position seen in one range.
#[derive(Debug)]
struct Seen {
    range: RangeId,
    progress: RangeProgress,
    /// `range:position`, ready to be sent.
    header: HeaderValue,
}

impl ContainerSession {
    /// Takes in the token of an answer. A token that cannot be read is the service's fault and ignored,
    /// with a warning.
    pub(crate) fn capture(&self, token: &HeaderValue) {
        if self.read().iter().any(|seen| seen.header == *token) {
            return;
        }
        let Ok(text) = token.to_str() else { return };
        let composite = match CompositeToken::parse(text) {
            Ok(composite) => composite,
            Err(error) => {
                tracing::warn!(%error, "the session token of an answer cannot be read; ignored");
                return;
            }
        };
        let news = composite
            .segments()
            .iter()
            .filter(|segment| self.is_news(segment));
        let news: Vec<&SessionTokenSegment> = news.collect();
        if !news.is_empty() {
            self.merge(&news);
        }
    }

    /// Whether a position may say something new. One of another version does, even of a lower one: what it
    /// knows of a region that the higher version lists still counts.
    fn is_news(&self, segment: &SessionTokenSegment) -> bool {
        let seen = self.read();
        let Some(own) = seen.iter().find(|own| own.range == segment.range) else {
            return true;
        };
        let own = own.progress.token();
        version(own) != version(&segment.token) || !own.is_at_least_as_recent(&segment.token)
    }

    fn merge(&self, news: &[&SessionTokenSegment]) {
        let mut seen = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for segment in news {
            if let Some(own) = seen.iter_mut().find(|own| own.range == segment.range) {
                if own.progress.observe(&segment.token) {
                    own.header = header(own.range, &own.progress);
                }
            } else {
                let progress = RangeProgress::new(segment.token.clone());
                let header = header(segment.range, &progress);
                seen.push(Seen {
                    range: segment.range,
                    progress,
                    header,
                });
            }
        }
        while seen.len() > MAX_RANGES {
            let oldest = seen
                .iter()
                .enumerate()
                .min_by_key(|(_, own)| own.range)
                .map(|(at, _)| at);
            if let Some(at) = oldest {
                seen.swap_remove(at);
            }
        }
    }

    /// Whether nothing has been seen yet, so that no request needs a token.
    pub(crate) fn is_empty(&self) -> bool {
        self.read().is_empty()
    }

    /// What a request to one range must carry: what was seen there, or in the ranges that it came from by
    /// split or merge.
    pub(crate) fn for_range<T>(&self, range: &RangeEntry<T>) -> Option<HeaderValue> {
        let id = RangeId::parse(range.id()).ok()?;
        let seen = self.read();
        if let Some(own) = seen.iter().find(|own| own.range == id) {
            return Some(own.header.clone());
        }
        let mut inherited: Option<RangeProgress> = None;
        for parent in range
            .parents()
            .filter_map(|parent| RangeId::parse(parent).ok())
        {
            let Some(own) = seen.iter().find(|own| own.range == parent) else {
                continue;
            };
            match &mut inherited {
                Some(progress) => drop(progress.join(&own.progress)),
                None => inherited = Some(own.progress.clone()),
            }
        }
        inherited.map(|progress| header(id, &progress))
    }

    /// What a request to several ranges must carry: everything, with what was seen in ranges that are gone
    /// included, because their children are among those asked.
    pub(crate) fn for_all(&self) -> Option<HeaderValue> {
        let token = self.token()?;
        HeaderValue::from_maybe_shared(Bytes::from(String::from(token))).ok()
    }

    /// Everything that was seen, as one token.
    pub(crate) fn token(&self) -> Option<SessionToken> {
        let seen = self.read();
        let mut text = String::with_capacity(seen.len() * 16);
        for own in seen.iter() {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(own.header.to_str().unwrap_or_default());
        }
        (!text.is_empty()).then(|| SessionToken::new(text))
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Seen>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn header(range: RangeId, progress: &RangeProgress) -> HeaderValue {
    let text = format!("{range}:{}", progress.token());
    HeaderValue::from_maybe_shared(Bytes::from(text))
        .expect("digits and punctuation are visible ASCII")
}

/// The version of a position; none in the simple form.
fn version(token: &RangeToken) -> Option<i64> {
    token.as_vector().map(VectorToken::version)
}
