//! The name of a region, normalised so that `"East US"` and `"eastus"` are equal.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::table::{RegionRow, row_of};

/// An Azure region by its normalised name: lower case, no blanks.
///
/// Any name is accepted; those in [`REGIONS`](super::REGIONS) have a display name and are held
/// without allocation. In JSON it is the normalised name; any spelling is read.
///
/// ```
/// use cosmokit_protocol::wire::region::Region;
///
/// assert_eq!(Region::new("East US"), Region::EAST_US);
/// assert_eq!(Region::from("WESTUS2").display_name(), "West US 2");
/// assert_eq!(Region::new("My Lab").as_str(), "mylab");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    normalized: Cow<'static, str>,
}

impl Region {
    /// A region by its name in any spelling.
    pub fn new(name: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        if let Some(row) = row_of(name) {
            return Self::known(row.name);
        }
        let normalized: String = name
            .chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
            .collect();
        match row_of(&normalized) {
            Some(row) => Self::known(row.name),
            None => Self {
                normalized: Cow::Owned(normalized),
            },
        }
    }

    /// A region by a name that is already normalised.
    pub(super) const fn known(normalized: &'static str) -> Self {
        Self {
            normalized: Cow::Borrowed(normalized),
        }
    }

    /// The normalised name.
    pub fn as_str(&self) -> &str {
        &self.normalized
    }

    /// The name for people and for account documents, such as `"East US"`; the normalised name
    /// when the region is not in the table.
    pub fn display_name(&self) -> &str {
        self.row().map_or(self.as_str(), |row| row.display_name)
    }

    /// The number that session tokens use for this region, when it is published.
    pub fn id(&self) -> Option<u32> {
        self.row().and_then(|row| row.id)
    }

    /// This region's row of [`REGIONS`](super::REGIONS).
    pub fn row(&self) -> Option<&'static RegionRow> {
        row_of(&self.normalized)
    }
}

impl From<&str> for Region {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for Region {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl From<&String> for Region {
    fn from(name: &String) -> Self {
        Self::new(name)
    }
}

impl From<Cow<'_, str>> for Region {
    fn from(name: Cow<'_, str>) -> Self {
        Self::new(name)
    }
}

impl From<&Region> for Region {
    fn from(region: &Region) -> Self {
        region.clone()
    }
}

impl AsRef<str> for Region {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Region {
    /// Writes the normalised name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'_, str>::deserialize(deserializer)?;
        Ok(Self::new(name))
    }
}
