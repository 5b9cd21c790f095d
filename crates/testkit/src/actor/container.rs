//! The containers of worlds.

use std::time::Duration;

use cosmokit::models::{ChangeFeedPolicy, ContainerProperties, UniqueKey, UniqueKeyPolicy};

use super::document::{PARTITION_KEY, UNIQUE_KEY};
use crate::world::{ClientSettings, World};

/// The database of every world.
pub(crate) const DATABASE: &str = "world";

/// For how long a container keeps all versions: longer than any world goes on.
const RETENTION: Duration = Duration::from_secs(7 * 24 * 3_600);

/// What a container of a world is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContainerKind {
    /// Items, and nothing else.
    #[default]
    Plain,
    /// Keeps every version and delete for its change feed.
    AllVersions,
    /// Lets a value of a claim be held once under each partition key.
    UniqueClaims,
}

impl ContainerKind {
    fn properties(self, name: &str) -> ContainerProperties {
        let properties = ContainerProperties::new(name.to_owned(), PARTITION_KEY.into());
        match self {
            Self::Plain => properties,
            Self::AllVersions => properties.with_change_feed_policy(
                ChangeFeedPolicy::default().with_retention_duration(RETENTION),
            ),
            Self::UniqueClaims => properties.with_unique_key_policy(
                UniqueKeyPolicy::default()
                    .with_unique_key(UniqueKey::default().with_path(UNIQUE_KEY)),
            ),
        }
    }
}

impl World {
    /// Creates a container for [actors](crate::actor).
    ///
    /// # Errors
    /// When the account refuses it.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the container may have been created.
    pub async fn create_container(&self, name: &str, kind: ContainerKind) -> cosmokit::Result<()> {
        let home = self.regions().first().cloned();
        let settings = ClientSettings::new(0, home.unwrap_or_else(|| "nowhere".into()));
        let client = self.connect(&settings).await?;
        match client.create_database(DATABASE, None).await {
            Err(error) if error.status().status_code() == http::StatusCode::CONFLICT => {}
            created => drop(created?),
        }
        let database = client.database_client(DATABASE);
        database
            .create_container(kind.properties(name), None)
            .await?;
        Ok(())
    }
}
