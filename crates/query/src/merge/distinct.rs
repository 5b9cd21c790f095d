//! DISTINCT: rows whose structural hash was met before are left out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{MergeError, MergeLimits};
use crate::plan::DistinctType;
use crate::value::{HashSetOfValues, Raw, StructuralHash, structural_hash};

/// Remembers rows.
#[derive(Clone, Debug)]
pub(super) enum Distinct {
    /// Equal rows follow each other: the last one is enough.
    Ordered(Option<StructuralHash>),
    /// Equal rows may be anywhere.
    Unordered(HashSetOfValues),
}

/// What is remembered, for checkpoints.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum DistinctState {
    /// The last hash.
    Ordered(Option<String>),
    /// All hashes, sixteen bytes each, in base64.
    Unordered(String),
}

impl Distinct {
    pub(super) fn new(kind: DistinctType) -> Option<Self> {
        match kind {
            DistinctType::None => None,
            DistinctType::Ordered => Some(Self::Ordered(None)),
            DistinctType::Unordered => Some(Self::Unordered(HashSetOfValues::default())),
        }
    }

    /// Whether a row is new.
    pub(super) fn admits(&mut self, row: &Bytes, limits: &MergeLimits) -> Result<bool, MergeError> {
        let hash = structural_hash(&Raw::new(row).value());
        match self {
            Self::Ordered(last) => Ok(last.replace(hash) != Some(hash)),
            Self::Unordered(seen) => {
                let new = seen.insert(hash);
                limits.check_distinct(seen.len())?;
                Ok(new)
            }
        }
    }

    pub(super) fn state(&self) -> DistinctState {
        match self {
            Self::Ordered(last) => {
                DistinctState::Ordered(last.map(|hash| STANDARD_NO_PAD.encode(hash.to_bytes())))
            }
            Self::Unordered(seen) => {
                let mut hashes: Vec<[u8; 16]> = seen.iter().map(|hash| hash.to_bytes()).collect();
                hashes.sort_unstable();
                DistinctState::Unordered(STANDARD_NO_PAD.encode(hashes.concat()))
            }
        }
    }

    pub(super) fn restored(state: DistinctState) -> Result<Self, MergeError> {
        let hashes = |text: &str| {
            let bytes = STANDARD_NO_PAD.decode(text).ok()?;
            let (hashes, rest) = bytes.as_chunks::<16>();
            rest.is_empty().then(|| {
                hashes
                    .iter()
                    .map(|bytes| StructuralHash::from_bytes(*bytes))
                    .collect::<HashSetOfValues>()
            })
        };
        let broken = MergeError::Token("its hashes are broken");
        match state {
            DistinctState::Ordered(None) => Ok(Self::Ordered(None)),
            DistinctState::Ordered(Some(text)) => {
                let hash = hashes(&text).and_then(|hashes| hashes.into_iter().next());
                hash.map(|hash| Self::Ordered(Some(hash))).ok_or(broken)
            }
            DistinctState::Unordered(text) => hashes(&text).map(Self::Unordered).ok_or(broken),
        }
    }
}
