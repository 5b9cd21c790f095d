//! Which requests a rule meets.

use http::HeaderMap;
use serde::{Deserialize, Serialize};

use super::FaultOperationType;
use crate::wire::region::Region;

/// Which requests a rule meets: all that every given field holds for. An empty condition meets every request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct FaultCondition {
    /// The region that the request was sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// What the request wants done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<FaultOperationType>,
    /// Name or resource id of the database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Name or resource id of the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Id of the partition key range that the request goes to, such as `"0"`. Requests that go to no single range are
    /// not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    /// A header that the request carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<FaultHeader>,
}

/// A header that a request must carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultHeader {
    /// Its name, in any case.
    pub name: String,
    /// Its value, exactly; any value when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// What is known of a request when rules are asked.
#[derive(Clone, Copy, Debug)]
pub struct FaultTarget<'a> {
    /// The region it was sent to.
    pub region: Option<&'a Region>,
    /// What it wants done.
    pub operation: FaultOperationType,
    /// Name and resource id of its database, as far as they are known.
    pub database: [Option<&'a str>; 2],
    /// Name and resource id of its container, as far as they are known.
    pub container: [Option<&'a str>; 2],
    /// The partition key range that it goes to.
    pub partition: Option<&'a str>,
    /// Its headers.
    pub headers: &'a HeaderMap,
}

impl FaultCondition {
    /// Whether a request is met.
    pub fn meets(&self, target: &FaultTarget<'_>) -> bool {
        let named = |wanted: &Option<String>, names: &[Option<&str>]| {
            wanted
                .as_deref()
                .is_none_or(|wanted| names.contains(&Some(wanted)))
        };
        self.operation
            .is_none_or(|operation| operation == target.operation)
            && self
                .region
                .as_ref()
                .is_none_or(|region| Some(region) == target.region)
            && named(&self.database, &target.database)
            && named(&self.container, &target.container)
            && named(&self.partition, &[target.partition])
            && self
                .header
                .as_ref()
                .is_none_or(|header| header.is_in(target.headers))
    }
}

impl FaultHeader {
    fn is_in(&self, headers: &HeaderMap) -> bool {
        let mut values = headers.get_all(self.name.as_str()).iter();
        match &self.value {
            None => values.next().is_some(),
            Some(wanted) => values.any(|value| value.as_bytes() == wanted.as_bytes()),
        }
    }
}
