//! The ids that users may give: which characters and lengths the service takes.

use super::error::{IdError, excerpt};

/// The longest id of an item, in bytes of UTF-8.
pub const MAX_ITEM_ID_BYTES: usize = 1023;

/// The longest id of a database or container, in characters.
pub const MAX_RESOURCE_NAME_CHARS: usize = 255;

/// Checks the id of an item: 1 to 1023 bytes, no `/`, `\`, `?` or `#`.
///
/// # Errors
///
/// [`IdError::InvalidName`] with the rule that is broken.
pub fn check_item_id(id: &str) -> Result<(), IdError> {
    if id.len() > MAX_ITEM_ID_BYTES {
        return invalid(id, "it is longer than 1023 bytes");
    }
    check_characters(id)
}

/// Checks the id of a database, a container or another named resource: 1 to 255 characters, no `/`, `\`, `?` or
/// `#`, no blank at the end.
///
/// # Errors
///
/// [`IdError::InvalidName`] with the rule that is broken.
pub fn check_resource_name(id: &str) -> Result<(), IdError> {
    if id.chars().count() > MAX_RESOURCE_NAME_CHARS {
        return invalid(id, "it is longer than 255 characters");
    }
    if id.ends_with(' ') {
        return invalid(id, "it ends with a blank");
    }
    check_characters(id)
}

fn check_characters(id: &str) -> Result<(), IdError> {
    if id.is_empty() {
        return invalid(id, "it is empty");
    }
    if id.contains(['/', '\\', '?', '#']) {
        return invalid(id, "it contains one of / \\ ? #");
    }
    Ok(())
}

fn invalid(id: &str, reason: &'static str) -> Result<(), IdError> {
    Err(IdError::InvalidName {
        id: excerpt(id),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use super::{check_item_id, check_resource_name};

    #[test]
    fn item_ids() {
        for good in ["a", " ", "a b ", "größe", "..", "%2F", &"x".repeat(1023)] {
            assert_eq!(check_item_id(good), Ok(()), "{good:?}");
        }
        for bad in [
            "",
            "a/b",
            "a\\b",
            "a?",
            "#",
            &"x".repeat(1024),
            &"é".repeat(512),
        ] {
            assert!(check_item_id(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn resource_names() {
        for good in ["a", " a", "größe", &"é".repeat(255)] {
            assert_eq!(check_resource_name(good), Ok(()), "{good:?}");
        }
        for bad in ["", "a ", "a/b", "a#", &"x".repeat(256)] {
            assert!(check_resource_name(bad).is_err(), "{bad:?}");
        }
    }
}
