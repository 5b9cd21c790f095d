//! Which of several versions in conflict stands.

use std::{cmp::Ordering, sync::Arc};

use cosmokit_protocol::{
    resource::{ConflictResolutionMode, ConflictResolutionPolicy},
    value::PropertyPath,
};

use crate::partition::version::{Change, Version};

/// How a container settles conflicts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ConflictPolicy {
    /// The version with the greatest number at the path stands; deletes stand against everything,
    /// as the service has it. Nothing is recorded.
    LastWriter(Option<PropertyPath>),
    /// The version that was written first stands, and the others are in the conflict feed until
    /// somebody has settled them. The service runs a stored procedure first, if there is one.
    Custom,
}

impl Default for ConflictPolicy {
    /// By `_ts`.
    fn default() -> Self {
        Self::LastWriter(None)
    }
}

impl ConflictPolicy {
    /// That of a container.
    pub(crate) fn of(policy: Option<&ConflictResolutionPolicy>) -> Self {
        let Some(policy) = policy else {
            return Self::default();
        };
        if policy.mode == ConflictResolutionMode::Custom {
            return Self::Custom;
        }
        let path = &policy.resolution_path;
        let is_timestamp = path.is_empty() || path == "/_ts";
        let path = (!is_timestamp).then(|| path.parse().ok()).flatten();
        Self::LastWriter(path)
    }

    /// Whether versions that lose are recorded.
    pub(crate) fn records(&self) -> bool {
        *self == Self::Custom
    }

    /// The version that stands; `None` among none.
    pub(crate) fn winner<'v>(&self, versions: &'v [Arc<Version>]) -> Option<&'v Arc<Version>> {
        versions.iter().max_by(|a, b| self.order(a, b))
    }

    /// The greater stands. No two versions are equal.
    pub(crate) fn order(&self, a: &Version, b: &Version) -> Ordering {
        match self {
            Self::LastWriter(path) => rank(a)
                .cmp(&rank(b))
                .then_with(|| by_number(path.as_ref(), a, b))
                .then_with(|| written(a).cmp(&written(b))),
            Self::Custom => written(b).cmp(&written(a)),
        }
    }
}

/// A deletion that somebody wanted stands before everything; the end of a time to live, which
/// nobody did, only where nothing else is.
fn rank(version: &Version) -> u8 {
    match version.change {
        Change::Delete => 2,
        Change::Create | Change::Replace => 1,
        Change::Expire => 0,
    }
}

/// By the numbers at the path; whatever is no number is less than all of them.
fn by_number(path: Option<&PropertyPath>, a: &Version, b: &Version) -> Ordering {
    let Some(path) = path else {
        return Ordering::Equal;
    };
    let number = |version: &Version| {
        let tree: serde_json::Value = serde_json::from_slice(&version.body).ok()?;
        let mut value = &tree;
        for segment in path.segments() {
            value = value.get(segment)?;
        }
        value.as_f64()
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// When and where a version was written: different for any two. `_ts` has whole seconds; between
/// equal ones the finer time decides.
fn written(version: &Version) -> impl Ord {
    let origin = version.origin.as_ref();
    (
        version.at,
        origin.map(|origin| (std::cmp::Reverse(origin.region), origin.number)),
        version.tag.counter(),
    )
}
