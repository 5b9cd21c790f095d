//! Request units.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use serde::{Deserialize, Deserializer, Serialize};

/// What an operation cost, in request units (RU). Always a finite number.
///
/// ```
/// use cosmokit_protocol::wire::charge::RequestCharge;
///
/// let pages = [RequestCharge::new(2.5), RequestCharge::new(0.75)];
/// assert_eq!(pages.into_iter().sum::<RequestCharge>().to_string(), "3.25");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct RequestCharge(f64);

impl RequestCharge {
    /// No charge.
    pub const ZERO: Self = Self(0.0);

    /// A charge in request units. What is not finite counts as 0: a broken number in one response
    /// must not spoil a sum.
    pub const fn new(value: f64) -> Self {
        // `-0.0 == 0.0`, so this makes both the same bits and keeps `Eq` and `Hash` in step.
        if !value.is_finite() || value == 0.0 {
            return Self::ZERO;
        }
        Self(value)
    }

    /// The charge in request units.
    pub const fn value(self) -> f64 {
        self.0
    }

    /// Reads the value of `x-ms-request-charge`: decimal text with `.` as separator.
    /// `None` when it is not a finite number.
    pub fn from_header_value(text: &str) -> Option<Self> {
        let value: f64 = text.trim_ascii().parse().ok()?;
        value.is_finite().then(|| Self::new(value))
    }
}

impl Eq for RequestCharge {}

impl Hash for RequestCharge {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl PartialOrd for RequestCharge {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RequestCharge {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Add for RequestCharge {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.0 + other.0)
    }
}

impl AddAssign for RequestCharge {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for RequestCharge {
    fn sum<I: Iterator<Item = Self>>(charges: I) -> Self {
        charges.fold(Self::ZERO, Add::add)
    }
}

impl From<f64> for RequestCharge {
    fn from(value: f64) -> Self {
        Self::new(value)
    }
}

impl From<RequestCharge> for f64 {
    fn from(charge: RequestCharge) -> Self {
        charge.0
    }
}

impl<'de> Deserialize<'de> for RequestCharge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer).map(Self::new)
    }
}

impl fmt::Display for RequestCharge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_text_is_read_and_written() {
        fn check(text: &str, expected: Option<f64>) {
            let charge = RequestCharge::from_header_value(text);
            assert_eq!(charge.map(RequestCharge::value), expected, "{text:?}");
        }
        check("5.71", Some(5.71));
        check(" 1 ", Some(1.0));
        check("0", Some(0.0));
        check("1e2", Some(100.0));
        for bad in ["", "NaN", "inf", "-inf", "5,71", "5.71 RU", "1e999"] {
            check(bad, None);
        }
        assert_eq!(RequestCharge::new(5.71).to_string(), "5.71");
        assert_eq!(RequestCharge::new(10.0).to_string(), "10");
    }

    #[test]
    fn a_charge_is_always_finite() {
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0] {
            assert_eq!(RequestCharge::new(odd).value().to_bits(), 0);
        }
        let huge = RequestCharge::new(f64::MAX);
        assert!((huge + huge).value().is_finite());
    }

    #[test]
    fn charges_sum_and_order() {
        let charges = [2.0, 1.0, 0.5].map(RequestCharge::new);
        assert_eq!(
            charges.into_iter().sum::<RequestCharge>(),
            RequestCharge::new(3.5)
        );
        assert_eq!(charges.into_iter().max(), Some(RequestCharge::new(2.0)));
        let none: [RequestCharge; 0] = [];
        assert_eq!(none.into_iter().sum::<RequestCharge>(), RequestCharge::ZERO);
    }

    #[test]
    fn json_is_a_bare_number() {
        assert_eq!(
            serde_json::to_string(&RequestCharge::new(3.5)).unwrap(),
            "3.5"
        );
        let read: RequestCharge = serde_json::from_str("2").unwrap();
        assert_eq!(read, RequestCharge::new(2.0));
    }
}
