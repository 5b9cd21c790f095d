//! Scripts of a container: stored procedures, triggers, user-defined functions.

use serde::{Deserialize, Serialize};

use super::{IdRule, Refusal, SystemProperties, UnknownProperties};

/// A stored procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredProcedure {
    /// The id.
    pub id: String,
    /// JavaScript text of one function.
    #[serde(default)]
    pub body: String,
    /// `_rid`, `_self`, `_etag`, `_ts`.
    #[serde(flatten)]
    pub system_properties: SystemProperties,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl StoredProcedure {
    /// A stored procedure to create.
    pub fn new(id: impl Into<String>, body: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            body: body.into(),
            ..Self::default()
        }
    }

    /// Checks what the service refuses with 400.
    ///
    /// # Errors
    /// [`Refusal`] when the id or the body is missing or wrong.
    pub fn validate(&self) -> Result<(), Refusal> {
        IdRule::STORED_PROCEDURE.check(&self.id)?;
        require_body("stored procedure", &self.body)
    }
}

/// A user-defined function, called in SQL as `udf.id(…)`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserDefinedFunction {
    /// The id.
    pub id: String,
    /// JavaScript text of one function.
    #[serde(default)]
    pub body: String,
    /// `_rid`, `_self`, `_etag`, `_ts`.
    #[serde(flatten)]
    pub system_properties: SystemProperties,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl UserDefinedFunction {
    /// A function to create.
    pub fn new(id: impl Into<String>, body: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            body: body.into(),
            ..Self::default()
        }
    }

    /// Checks what the service refuses with 400.
    ///
    /// # Errors
    /// [`Refusal`] when the id or the body is missing or wrong.
    pub fn validate(&self) -> Result<(), Refusal> {
        IdRule::USER_DEFINED_FUNCTION.check(&self.id)?;
        require_body("user-defined function", &self.body)
    }
}

/// A trigger, which runs when a request names it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names of the document")]
#[non_exhaustive]
pub struct Trigger {
    /// The id.
    pub id: String,
    /// JavaScript text of one function.
    #[serde(default)]
    pub body: String,
    /// The word as it was written; clients spell it `pre` or `Pre`. See [`Trigger::when`].
    #[serde(default)]
    pub trigger_type: String,
    /// The word as it was written. See [`Trigger::operation`].
    #[serde(default)]
    pub trigger_operation: String,
    /// `_rid`, `_self`, `_etag`, `_ts`.
    #[serde(flatten)]
    pub system_properties: SystemProperties,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

/// When a trigger runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TriggerType {
    /// Before the write; it may change the document.
    Pre,
    /// After the write, in the same transaction.
    Post,
}

/// For which writes a trigger may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TriggerOperation {
    /// All of them.
    All,
    /// Creates.
    Create,
    /// Upserts.
    Update,
    /// Deletes.
    Delete,
    /// Replaces.
    Replace,
}

const TRIGGER_TYPES: &[(&str, TriggerType)] =
    &[("Pre", TriggerType::Pre), ("Post", TriggerType::Post)];
const TRIGGER_TYPE_WORDS: &[&str] = &["Pre", "Post"];
const TRIGGER_OPERATIONS: &[(&str, TriggerOperation)] = &[
    ("All", TriggerOperation::All),
    ("Create", TriggerOperation::Create),
    ("Update", TriggerOperation::Update),
    ("Delete", TriggerOperation::Delete),
    ("Replace", TriggerOperation::Replace),
];
const TRIGGER_OPERATION_WORDS: &[&str] = &["All", "Create", "Update", "Delete", "Replace"];

impl Trigger {
    /// A trigger to create.
    pub fn new(
        id: impl Into<String>,
        body: impl Into<String>,
        trigger_type: TriggerType,
        operation: TriggerOperation,
    ) -> Self {
        Self {
            id: id.into(),
            body: body.into(),
            trigger_type: word_of(TRIGGER_TYPES, trigger_type).to_owned(),
            trigger_operation: word_of(TRIGGER_OPERATIONS, operation).to_owned(),
            ..Self::default()
        }
    }

    /// When the trigger runs; `None` when the word is unknown, in any case of letters.
    pub fn when(&self) -> Option<TriggerType> {
        value_of(TRIGGER_TYPES, &self.trigger_type)
    }

    /// For which writes the trigger may run; `None` when the word is unknown, in any case of letters.
    pub fn operation(&self) -> Option<TriggerOperation> {
        value_of(TRIGGER_OPERATIONS, &self.trigger_operation)
    }

    /// Checks what the service refuses with 400.
    ///
    /// # Errors
    /// [`Refusal`] when the id, the body, the type or the operation is missing or wrong.
    pub fn validate(&self) -> Result<(), Refusal> {
        IdRule::TRIGGER.check(&self.id)?;
        require_body("trigger", &self.body)?;
        let unknown = |property, word: &str, known| {
            Err(Refusal::UnknownWord {
                property,
                word: word.into(),
                known,
            })
        };
        if self.when().is_none() {
            return unknown("triggerType", &self.trigger_type, TRIGGER_TYPE_WORDS);
        }
        if self.operation().is_none() {
            return unknown(
                "triggerOperation",
                &self.trigger_operation,
                TRIGGER_OPERATION_WORDS,
            );
        }
        Ok(())
    }
}

fn word_of<T: Copy + PartialEq>(table: &[(&'static str, T)], value: T) -> &'static str {
    table
        .iter()
        .find(|row| row.1 == value)
        .map_or("", |row| row.0)
}

fn value_of<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    table
        .iter()
        .find(|row| row.0.eq_ignore_ascii_case(word))
        .map(|row| row.1)
}

fn require_body(resource: &'static str, body: &str) -> Result<(), Refusal> {
    if body.trim().is_empty() {
        Err(Refusal::Missing {
            resource,
            property: "body",
        })
    } else {
        Ok(())
    }
}
