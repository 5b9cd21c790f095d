//! What is written down about each option.

/// One option: everything that its documentation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionRow {
    /// The group it belongs to, such as `OperationOptions`.
    pub group: &'static str,
    /// The field, which is also the name behind `with_` in the builder.
    pub name: &'static str,
    /// The environment variable that sets it in the lowest layer, if any.
    pub env: Option<&'static str>,
    /// What the number counts; empty when it is not a number.
    pub unit: &'static str,
    /// What holds when no layer sets it.
    pub default: &'static str,
    /// What is accepted.
    pub bounds: &'static str,
    /// Why one would change it.
    pub why: &'static str,
}
