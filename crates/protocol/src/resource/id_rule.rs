//! Which ids the service takes, one row per kind of resource.

use super::refusal::Refusal;

/// What an id of one kind of resource must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdRule {
    /// The kind of resource, for messages.
    pub resource: &'static str,
    /// Characters that an id may not hold.
    pub forbidden: &'static [char],
    /// The longest id.
    pub limit: IdLimit,
}

/// How the length of an id is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdLimit {
    /// Unicode characters.
    Characters(usize),
    /// UTF-8 bytes.
    Bytes(usize),
}

const SEPARATORS: &[char] = &['/', '\\', '?', '#'];

impl IdRule {
    /// Databases: 255 characters, none of `/ \ ? #`, no space at the end.
    pub const DATABASE: Self = Self::named("database");
    /// Containers: as databases.
    pub const CONTAINER: Self = Self::named("container");
    /// Users: as databases.
    pub const USER: Self = Self::named("user");
    /// Permissions: as databases.
    pub const PERMISSION: Self = Self::named("permission");
    /// Stored procedures: as databases.
    pub const STORED_PROCEDURE: Self = Self::named("stored procedure");
    /// Triggers: as databases.
    pub const TRIGGER: Self = Self::named("trigger");
    /// User-defined functions: as databases.
    pub const USER_DEFINED_FUNCTION: Self = Self::named("user-defined function");
    /// Client encryption keys: as databases.
    pub const CLIENT_ENCRYPTION_KEY: Self = Self::named("client encryption key");
    /// Items: 1023 bytes of UTF-8, none of `/ \`.
    pub const ITEM: Self = Self {
        resource: "item",
        forbidden: &['/', '\\'],
        limit: IdLimit::Bytes(1023),
    };

    const fn named(resource: &'static str) -> Self {
        Self {
            resource,
            forbidden: SEPARATORS,
            limit: IdLimit::Characters(255),
        }
    }

    /// Checks an id against the rule.
    ///
    /// # Errors
    /// [`Refusal::Missing`] when the id is empty, [`Refusal::Id`] when it breaks the rule.
    pub fn check(&self, id: &str) -> Result<(), Refusal> {
        let resource = self.resource;
        if id.is_empty() {
            return Err(Refusal::Missing {
                resource,
                property: "id",
            });
        }
        let refuse = |reason| {
            Err(Refusal::Id {
                resource,
                id: id.chars().take(64).collect(),
                reason,
            })
        };
        match self.limit {
            IdLimit::Characters(limit) if id.chars().count() > limit => {
                refuse("it is longer than 255 characters")
            }
            IdLimit::Bytes(limit) if id.len() > limit => refuse("it is longer than 1023 bytes"),
            _ if id.contains(self.forbidden) => refuse("it holds one of / \\ ? #"),
            IdLimit::Characters(_) if id.ends_with(' ') => refuse("it ends with a space"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        let check = |rule: IdRule, id: &str, accepted: bool| {
            assert_eq!(rule.check(id).is_ok(), accepted, "{} {id:?}", rule.resource);
        };
        check(IdRule::DATABASE, "db", true);
        check(IdRule::DATABASE, "", false);
        check(IdRule::DATABASE, &"é".repeat(255), true);
        check(IdRule::DATABASE, &"é".repeat(256), false);
        check(IdRule::DATABASE, "a b", true);
        check(IdRule::DATABASE, " a", true);
        check(IdRule::DATABASE, "a ", false);
        for c in ['/', '\\', '?', '#'] {
            check(IdRule::CONTAINER, &format!("a{c}b"), false);
            check(IdRule::ITEM, &format!("a{c}b"), matches!(c, '?' | '#'));
        }
        check(IdRule::ITEM, &"é".repeat(511), true);
        check(IdRule::ITEM, &"é".repeat(512), false);
        check(IdRule::ITEM, "a ", true);
    }
}
