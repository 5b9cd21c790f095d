//! The groups of a runtime or a driver, found by name.

use std::collections::HashMap;
use std::sync::Arc;

use super::group_options::unusable;
use super::{Group, ThroughputControlGroupName, ThroughputControlGroupOptions};
use crate::clock::Clock;
use crate::error::Result;

/// The groups that operations can join.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {
    named: Arc<HashMap<ThroughputControlGroupName, Arc<Group>>>,
    default: Option<Arc<Group>>,
}

/// Adds a group to those that are registered.
///
/// # Errors
/// When it cannot be used, its name is taken, or there is a default already.
pub(crate) fn register(
    groups: &mut Vec<ThroughputControlGroupOptions>,
    group: ThroughputControlGroupOptions,
) -> Result<()> {
    group.check()?;
    if groups.iter().any(|known| known.name == group.name) {
        let message = format!("two throughput control groups have the name {}", group.name);
        return Err(unusable(message));
    }
    if group.is_default && groups.iter().any(|known| known.is_default) {
        let message = format!(
            "the throughput control group {} cannot be the default: there is one already",
            group.name
        );
        return Err(unusable(message));
    }
    groups.push(group);
    Ok(())
}

impl Groups {
    pub(crate) fn new(groups: &[ThroughputControlGroupOptions], clock: Clock) -> Self {
        let made: Vec<Arc<Group>> = groups
            .iter()
            .map(|options| Arc::new(Group::new(options.clone(), clock)))
            .collect();
        let default = made.iter().find(|group| group.is_default()).cloned();
        let named = made
            .into_iter()
            .map(|group| (group.options().name.clone(), group))
            .collect();
        Self {
            named: Arc::new(named),
            default,
        }
    }

    /// These before those of the runtime, which all its drivers share.
    pub(crate) fn over(self, runtime: &Self) -> Self {
        if runtime.named.is_empty() {
            return self;
        }
        let mut named = HashMap::clone(&runtime.named);
        named.extend(
            self.named
                .iter()
                .map(|(name, group)| (name.clone(), Arc::clone(group))),
        );
        Self {
            named: Arc::new(named),
            default: self.default.or_else(|| runtime.default.clone()),
        }
    }

    /// The group that an operation joins.
    ///
    /// # Errors
    /// When it names one that is not registered.
    pub(crate) fn of(
        &self,
        name: Option<&ThroughputControlGroupName>,
    ) -> Result<Option<Arc<Group>>> {
        let Some(name) = name else {
            return Ok(self.default.clone());
        };
        match self.named.get(name) {
            Some(group) => Ok(Some(Arc::clone(group))),
            None => Err(unusable(format!(
                "there is no throughput control group {name}; register it with register_throughput_control_group"
            ))),
        }
    }
}
