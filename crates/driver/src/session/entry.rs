//! What a session has seen of one container, as a plain value that travels.

use std::fmt::Write as _;
use std::sync::Arc;

use cosmokit_protocol::session::{CompositeToken, RangeId, SessionToken, SessionTokenSegment};
use sha2::{Digest as _, Sha256};

/// What a session has seen of one container, to be carried elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionEntry {
    /// The account: the first 64 bits of the SHA-256 of its endpoint, such as
    /// `https://name.documents.azure.com/`, as 16 hexadecimal digits. The same in each process.
    pub account: Arc<str>,
    /// The resource id of the container.
    pub container_rid: Arc<str>,
    /// The positions seen, one per partition key range.
    pub segments: Vec<SessionTokenSegment>,
    /// The ranges of them in which the session wrote; in the others it only read.
    pub written: Vec<RangeId>,
    /// Whether something may have been written whose position is not known: the write was given up or got no
    /// answer. Reads of the container then go to the region that takes writes first.
    pub is_uncertain: bool,
    /// Whether one of these writes was of this process, rather than told by another entry.
    pub is_newly_uncertain: bool,
    /// Whether the container exists no more: another has its name.
    pub is_gone: bool,
    /// Ranges whose positions were given up because no region could show them. Positions of them that stand
    /// above are newer.
    pub lapsed: Vec<RangeId>,
}

impl SessionEntry {
    /// What was seen of a container in this account, by writing and reading alike.
    pub fn new(
        account: impl Into<Arc<str>>,
        container_rid: impl Into<Arc<str>>,
        segments: Vec<SessionTokenSegment>,
    ) -> Self {
        Self {
            account: account.into(),
            container_rid: container_rid.into(),
            written: segments.iter().map(|segment| segment.range).collect(),
            segments,
            is_uncertain: false,
            is_newly_uncertain: false,
            is_gone: false,
            lapsed: Vec::new(),
        }
    }

    /// The same, of which only these ranges were written.
    #[must_use]
    pub fn with_written(mut self, written: Vec<RangeId>) -> Self {
        self.written = written;
        self
    }

    /// The same, with something written whose position is not known.
    #[must_use]
    pub fn uncertain(mut self) -> Self {
        self.is_uncertain = true;
        self
    }

    /// The account of an endpoint, as it stands in entries.
    pub fn account_of(endpoint: &str) -> Arc<str> {
        let digest = Sha256::digest(endpoint.as_bytes());
        let mut text = String::with_capacity(16);
        for byte in digest.iter().take(8) {
            let _ = write!(text, "{byte:02x}");
        }
        Arc::from(text)
    }

    pub(super) fn says_something(&self) -> bool {
        let is_empty = self.segments.is_empty() && self.lapsed.is_empty();
        !is_empty || self.is_uncertain || self.is_gone
    }

    /// The positions as one token, as it stands in the session token header.
    pub fn token(&self) -> SessionToken {
        let mut composite = CompositeToken::new();
        for segment in &self.segments {
            // Beyond the limit of one token there is nothing to be said in this form.
            if composite.observe(segment).is_err() {
                break;
            }
        }
        composite.to_session_token()
    }
}
