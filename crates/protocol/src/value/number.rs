//! Numbers as the service keeps them: an IEEE double, or a 64-bit integer that must not lose precision.
//!
//! Decides how numbers are read, compared, hashed and printed. Arithmetic is left to the query engine.
//! Invariant: equal numbers hash alike and print alike wherever they came from (`1`, `1.0` and `1e0` are one number).

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A JSON number with the precision of the service.
///
/// Integers up to 63 bits are kept exactly; everything else is an IEEE double. The order is exact across both
/// forms (`9007199254740993` is greater than `9007199254740992.0`), `-0` equals `0`, and NaN, which only an expression
/// can produce, sorts before every other number and equals itself.
///
/// ```
/// use cosmokit_protocol::value::Number;
/// let one = Number::parse("1.0").unwrap();
/// assert_eq!(one, Number::from(1));
/// assert_eq!(one.to_string(), "1");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Number(Form);

#[derive(Clone, Copy, Debug)]
enum Form {
    Integer(i64),
    Double(f64),
}

/// 2^63 as a double: the first magnitude that no longer fits a signed 64-bit integer.
const TWO_POW_63: f64 = 9_223_372_036_854_775_808.0;

impl Number {
    /// Zero.
    pub const ZERO: Self = Self(Form::Integer(0));

    /// Reads a number of the JSON grammar; `None` when the text is something else.
    ///
    /// Integers that fit 64 bits stay exact, everything else is rounded to the nearest double; a magnitude that no
    /// double can hold becomes infinite.
    pub fn parse(text: &str) -> Option<Self> {
        Self::parse_bytes(text.as_bytes())
    }

    /// Like [`Number::parse`], straight from the bytes of a document.
    pub fn parse_bytes(text: &[u8]) -> Option<Self> {
        let decimal = Decimal::read(text)?;
        if let Some(number) = decimal.exactly() {
            return Some(number);
        }
        if decimal.shape == Shape::Integer
            && let Some(value) = integer(text)
        {
            return Some(Self(Form::Integer(value)));
        }
        let text = std::str::from_utf8(text).ok()?;
        text.parse::<f64>().ok().map(Self::from)
    }

    /// The nearest double.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the documented rounding of large integers"
    )]
    pub fn as_f64(self) -> f64 {
        match self.0 {
            Form::Integer(value) => value as f64,
            Form::Double(value) => value,
        }
    }

    /// The exact integer, when the number is integral and fits 64 signed bits.
    pub fn as_i64(self) -> Option<i64> {
        match self.0 {
            Form::Integer(value) => Some(value),
            Form::Double(value) => integral(value),
        }
    }

    /// Whether this is neither NaN nor infinite.
    pub fn is_finite(self) -> bool {
        match self.0 {
            Form::Integer(_) => true,
            Form::Double(value) => value.is_finite(),
        }
    }

    /// Whether this is not a number at all.
    pub fn is_nan(self) -> bool {
        matches!(self.0, Form::Double(value) if value.is_nan())
    }

    /// The double below the exact value and the bits it cannot hold, as the service's 80-bit form has them.
    ///
    /// The second part is zero for every double and for every integer of at most 53 significant bits.
    pub fn to_extended(self) -> (f64, u16) {
        match self.0 {
            Form::Double(value) => (value, 0),
            Form::Integer(value) => extended(value),
        }
    }
}

/// The integer that a double stands for, when it is integral and fits 64 signed bits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "guarded by the range and integrality test"
)]
pub fn integral(value: f64) -> Option<i64> {
    let fits =
        (-TWO_POW_63..TWO_POW_63).contains(&value) && value.trunc().total_cmp(&value).is_eq();
    let negative_zero = value.to_bits() == (-0.0f64).to_bits();
    (fits || negative_zero).then_some(value as i64)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "the mantissa is cut to the bits that fit, and the remainder returned"
)]
fn extended(value: i64) -> (f64, u16) {
    let magnitude = value.unsigned_abs();
    let unused = magnitude.leading_zeros() + magnitude.trailing_zeros();
    if unused >= 64 - 53 {
        return (value as f64, 0);
    }
    let top = magnitude.ilog2();
    let fraction = magnitude << (64 - top);
    let mut bits = (u64::from(top) + 1023) << 52 | fraction >> 12;
    if value < 0 {
        bits |= 1 << 63;
    }
    (f64::from_bits(bits), ((fraction & 0xFFF) << 4) as u16)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Integer,
    Real,
}

/// A number as it is written: its digits as one integer, and how far the decimal point is moved.
struct Decimal {
    negative: bool,
    /// Right while there are at most [`MAX_EXACT_DIGITS`] digits.
    digits: u64,
    count: usize,
    /// Digits behind the point.
    fraction: usize,
    exponent: Option<i32>,
    shape: Shape,
}

/// So many digits are below 2^53 and below 2^63.
const MAX_EXACT_DIGITS: usize = 15;

/// The powers of ten that doubles hold exactly.
const POWERS_OF_TEN: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

impl Decimal {
    /// Reads the JSON number grammar; `None` for anything else.
    fn read(text: &[u8]) -> Option<Self> {
        let unsigned = text.strip_prefix(b"-").unwrap_or(text);
        let mut digits = 0;
        let whole = take_digits(unsigned, &mut digits);
        if whole == 0 || (whole > 1 && unsigned.first() == Some(&b'0')) {
            return None;
        }
        let mut rest = unsigned.get(whole..)?;
        let mut decimal = Self {
            negative: unsigned.len() < text.len(),
            digits,
            count: whole,
            fraction: 0,
            exponent: Some(0),
            shape: Shape::Integer,
        };
        if let Some(fraction) = rest.strip_prefix(b".") {
            decimal.fraction = take_digits(fraction, &mut decimal.digits);
            decimal.count += decimal.fraction;
            rest = fraction
                .get(decimal.fraction..)
                .filter(|_| decimal.fraction > 0)?;
            decimal.shape = Shape::Real;
        }
        if let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
            let unsigned = exponent.strip_prefix(b"-");
            let negative = unsigned.is_some();
            let unsigned = unsigned
                .or_else(|| exponent.strip_prefix(b"+"))
                .unwrap_or(exponent);
            let mut value = 0;
            let count = take_digits(unsigned, &mut value);
            rest = unsigned.get(count..).filter(|_| count > 0)?;
            let small = i32::try_from(value).ok().filter(|_| count <= 4);
            decimal.exponent = small.map(|value| if negative { -value } else { value });
            decimal.shape = Shape::Real;
        }
        rest.is_empty().then_some(decimal)
    }

    /// The number, when few digits and a small exponent make it exact in one step (Clinger's fast path).
    #[expect(
        clippy::cast_precision_loss,
        reason = "fifteen digits fit a double exactly"
    )]
    fn exactly(&self) -> Option<Number> {
        if self.count > MAX_EXACT_DIGITS {
            return None;
        }
        if self.shape == Shape::Integer && !(self.negative && self.digits == 0) {
            let value = self.digits.cast_signed();
            return Some(Number(Form::Integer(if self.negative {
                -value
            } else {
                value
            })));
        }
        let exponent = self.exponent? - i32::try_from(self.fraction).ok()?;
        let power = POWERS_OF_TEN.get(usize::try_from(exponent.unsigned_abs()).ok()?)?;
        let digits = self.digits as f64;
        let magnitude = if exponent < 0 {
            digits / power
        } else {
            digits * power
        };
        Some(Number(Form::Double(if self.negative {
            -magnitude
        } else {
            magnitude
        })))
    }
}

/// Appends the decimal digits at the start to `digits`, and counts them. Beyond 64 bits the value is wrong.
fn take_digits(text: &[u8], digits: &mut u64) -> usize {
    let mut count = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        *digits = digits.wrapping_mul(10).wrapping_add(u64::from(digit));
        count += 1;
    }
    count
}

/// The value of a checked integer text; `None` when it overflows or is the negative zero.
fn integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let mut value: i64 = 0;
    for digit in digits {
        let digit = i64::from(digit.wrapping_sub(b'0'));
        value = value.checked_mul(10)?;
        value = if negative {
            value.checked_sub(digit)?
        } else {
            value.checked_add(digit)?
        };
    }
    (!negative || value != 0).then_some(value)
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.0, other.0) {
            (Form::Integer(left), Form::Integer(right)) => left.cmp(&right),
            (Form::Double(left), Form::Double(right)) => compare_doubles(left, right),
            (Form::Integer(left), Form::Double(right)) => compare_mixed(left, right),
            (Form::Double(left), Form::Integer(right)) => compare_mixed(right, left).reverse(),
        }
    }
}

fn compare_doubles(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right)
        .unwrap_or_else(|| right.is_nan().cmp(&left.is_nan()))
}

/// Compares without rounding: the double is split into its whole part, which fits the integer, and the rest.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked before the cast"
)]
fn compare_mixed(left: i64, right: f64) -> Ordering {
    if right.is_nan() {
        return Ordering::Greater;
    }
    if right >= TWO_POW_63 {
        return Ordering::Less;
    }
    if right < -TWO_POW_63 {
        return Ordering::Greater;
    }
    let whole = right.trunc();
    left.cmp(&(whole as i64))
        .then_with(|| whole.partial_cmp(&right).unwrap_or(Ordering::Equal))
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.as_i64() {
            Some(value) => value.hash(state),
            None if self.is_nan() => f64::NAN.to_bits().hash(state),
            None => self.as_f64().to_bits().hash(state),
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Form::Integer(value))
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Self {
        Self(Form::Integer(i64::from(value)))
    }
}

impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self(Form::Integer(i64::from(value)))
    }
}

impl From<u64> for Number {
    /// Exact up to 2^63, the nearest double above.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the documented rounding of large integers"
    )]
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or(Self(Form::Double(value as f64)), Self::from)
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        u64::try_from(value).map_or(Self(Form::Double(f64::INFINITY)), Self::from)
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self(Form::Double(value))
    }
}

/// The shortest text that reads back as the same number; NaN and the infinities print by name (they are not JSON).
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Form::Integer(value) => fmt::Display::fmt(&value, f),
            Form::Double(value) => display_double(value, f),
        }
    }
}

/// Plain digits from 1e-6 up to 1e21, an exponent outside: what every JSON reader and JavaScript agree on.
fn display_double(value: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let magnitude = value.abs();
    if value.is_nan() {
        return f.write_str("NaN");
    }
    if value.is_infinite() {
        return f.write_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    if let Some(whole) = integral(value).filter(|whole| *whole != 0) {
        // All digits: as an integer, the rounded ones would be read back as another number.
        return write!(f, "{whole}");
    }
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        write!(f, "{value}")
    } else {
        write!(f, "{value:e}")
    }
}

impl Serialize for Number {
    /// NaN and the infinities have no JSON form and become `null`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.0, self.as_i64()) {
            (Form::Integer(value), _) => serializer.serialize_i64(value),
            (Form::Double(value), Some(whole)) if value.is_sign_positive() || whole != 0 => {
                serializer.serialize_i64(whole)
            }
            (Form::Double(value), _) if value.is_finite() => serializer.serialize_f64(value),
            (Form::Double(_), _) => serializer.serialize_unit(),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
                Ok(Number::from(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
                Ok(Number::from(value))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Number, E> {
                Ok(Number::from(value))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
#[path = "number_tests.rs"]
mod tests;
