//! The constants of an IN list.

use crate::value::{OrderKey, Value};

/// Different scalars, in order.
#[derive(Clone, Debug)]
pub(crate) struct ScalarSet(Box<[OrderKey]>);

impl ScalarSet {
    /// Whether the value is one of them; time grows with the logarithm of their number.
    pub(crate) fn contains(&self, value: &Value<'_>) -> bool {
        self.0
            .binary_search_by(|scalar| scalar.cmp_value(value))
            .is_ok()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &OrderKey> {
        self.0.iter()
    }
}

impl FromIterator<OrderKey> for ScalarSet {
    fn from_iter<I: IntoIterator<Item = OrderKey>>(scalars: I) -> Self {
        let mut scalars: Vec<OrderKey> = scalars.into_iter().collect();
        scalars.sort_unstable();
        scalars.dedup();
        Self(scalars.into())
    }
}
