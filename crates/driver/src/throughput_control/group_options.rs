//! How a group of operations is kept within its share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cosmokit_protocol::wire::priority::PriorityLevel;

use crate::error::{CosmosError, ErrorKind, Result, client};

/// The name of a throughput control group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ThroughputControlGroupName(Arc<str>);

impl ThroughputControlGroupName {
    /// A name.
    pub fn new(name: impl AsRef<str>) -> Self {
        Self(Arc::from(name.as_ref()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: AsRef<str>> From<T> for ThroughputControlGroupName {
    fn from(name: T) -> Self {
        Self::new(name)
    }
}

impl fmt::Display for ThroughputControlGroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A group of operations that keeps within a share of the throughput.
///
/// Operations join it by name ([`ThroughputControlOptions`](crate::options::ThroughputControlOptions)), or because it
/// is the default of its client.
///
/// ```
/// use std::time::Duration;
///
/// use cosmokit_driver::options::{DriverOptions, PriorityLevel, ThroughputControlGroupOptions};
///
/// let import = ThroughputControlGroupOptions::new("import")
///     .with_target_throughput(400.0)
///     .with_priority_level(PriorityLevel::Low)
///     .with_max_wait(Duration::from_secs(30));
/// let options = DriverOptions::builder().register_throughput_control_group(import)?.build();
/// # let _ = options;
/// # Ok::<(), cosmokit_driver::CosmosError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ThroughputControlGroupOptions {
    pub(super) name: ThroughputControlGroupName,
    pub(super) target_throughput: Option<f64>,
    pub(super) throughput_bucket: Option<u32>,
    pub(super) priority_level: Option<PriorityLevel>,
    pub(super) max_wait: Duration,
    pub(super) max_waiting: usize,
    pub(super) is_default: bool,
}

impl ThroughputControlGroupOptions {
    /// A group without limits of its own.
    pub fn new(name: impl Into<ThroughputControlGroupName>) -> Self {
        Self {
            name: name.into(),
            target_throughput: None,
            throughput_bucket: None,
            priority_level: None,
            max_wait: Duration::from_secs(10),
            max_waiting: 10_000,
            is_default: false,
        }
    }

    /// How many request units per second the group's operations of this process may use together; more than 0. One
    /// second's worth may be used at once. Default: no limit.
    pub fn with_target_throughput(mut self, request_units_per_second: f64) -> Self {
        self.target_throughput = Some(request_units_per_second);
        self
    }

    /// The service's throughput bucket of the group's operations, unless an operation says otherwise; 1 to 5. Default:
    /// none.
    pub fn with_throughput_bucket(mut self, bucket: u32) -> Self {
        self.throughput_bucket = Some(bucket);
        self
    }

    /// The priority of the group's operations, unless an operation says otherwise. Default: none.
    pub fn with_priority_level(mut self, level: PriorityLevel) -> Self {
        self.priority_level = Some(level);
        self
    }

    /// How long an operation may wait for its turn; one that would wait longer fails at once with 429/10003. Default
    /// 10 s.
    pub fn with_max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// How many operations may wait at a time; one more fails at once with 429/10003. Default 10,000.
    pub fn with_max_waiting(mut self, operations: usize) -> Self {
        self.max_waiting = operations;
        self
    }

    /// Takes item operations that name no group. One group of a client may be its default.
    pub fn by_default(mut self) -> Self {
        self.is_default = true;
        self
    }

    /// The name.
    pub fn name(&self) -> &ThroughputControlGroupName {
        &self.name
    }

    /// # Errors
    /// When a limit is outside its bounds.
    pub(super) fn check(&self) -> Result<()> {
        let name = &self.name;
        let is_rate = |rate: f64| rate.is_finite() && rate > 0.0;
        let flaw = if self.name.as_str().is_empty() {
            Some("a throughput control group has no name".to_owned())
        } else if self.target_throughput.is_some_and(|rate| !is_rate(rate)) {
            Some(format!(
                "the target throughput of the group {name} must be more than 0"
            ))
        } else if self
            .throughput_bucket
            .is_some_and(|bucket| !(1..=5).contains(&bucket))
        {
            Some(format!(
                "the throughput bucket of the group {name} must be 1 to 5"
            ))
        } else {
            None
        };
        flaw.map_or(Ok(()), |message| Err(unusable(message)))
    }
}

/// The error of groups that cannot be used.
pub(super) fn unusable(message: String) -> CosmosError {
    CosmosError::builder()
        .with_kind(ErrorKind::Configuration)
        .with_status(client::THROUGHPUT_GROUP)
        .with_message(message)
        .build()
}
