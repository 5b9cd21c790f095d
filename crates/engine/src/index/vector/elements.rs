//! Vectors one behind the other, in the type that the container declares.
//!
//! Items hold any number; a column takes the declared type as long as it holds every element exactly,
//! and single precision from the first that it does not.

use cosmokit_protocol::resource::VectorDataType;

/// Sums that are kept side by side, so that the compiler can add several elements at once.
const LANES: usize = 16;

/// A column of vectors.
#[derive(Clone, Debug)]
pub(super) enum Elements {
    Single(Vec<f32>),
    Half(Vec<Half>),
    Signed(Vec<i8>),
    Unsigned(Vec<u8>),
}

/// A number of half precision, as its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Half(u16);

/// One element of a vector in some type.
pub(super) trait Element: Copy {
    /// In single precision.
    fn wide(self) -> f32;

    /// In this type; `None` when that is another number.
    fn narrow(value: f32) -> Option<Self>;
}

impl Element for f32 {
    fn wide(self) -> f32 {
        self
    }

    fn narrow(value: f32) -> Option<Self> {
        Some(value)
    }
}

impl Element for i8 {
    fn wide(self) -> f32 {
        f32::from(self)
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "what does not fit is refused by comparison"
    )]
    fn narrow(value: f32) -> Option<Self> {
        let narrow = value as Self;
        (f32::from(narrow).to_bits() == value.to_bits()).then_some(narrow)
    }
}

impl Element for u8 {
    fn wide(self) -> f32 {
        f32::from(self)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what does not fit is refused by comparison"
    )]
    fn narrow(value: f32) -> Option<Self> {
        let narrow = value as Self;
        (f32::from(narrow).to_bits() == value.to_bits()).then_some(narrow)
    }
}

impl Half {
    /// The exponents of the two precisions differ by so much: 2^112.
    const SCALE: f32 = f32::from_bits((127 + 112) << 23);
    const INFINITE: u32 = 0x7C00;
}

impl Element for Half {
    fn wide(self) -> f32 {
        let bits = u32::from(self.0);
        let (sign, magnitude) = ((bits & 0x8000) << 16, bits & 0x7FFF);
        let wide = if magnitude >= Self::INFINITE {
            0x7F80_0000 | (magnitude & 0x3FF) << 13
        } else {
            (f32::from_bits(magnitude << 13) * Self::SCALE).to_bits()
        };
        f32::from_bits(sign | wide)
    }

    fn narrow(value: f32) -> Option<Self> {
        let magnitude = (value.abs() / Self::SCALE).to_bits() >> 13;
        let sign = (value.to_bits() >> 16) & 0x8000;
        let magnitude = u16::try_from(magnitude)
            .ok()
            .filter(|magnitude| u32::from(*magnitude) < Self::INFINITE)?;
        let narrow = Self(u16::try_from(sign).ok()? | magnitude);
        (narrow.wide().to_bits() == value.to_bits()).then_some(narrow)
    }
}

impl Elements {
    /// No vectors, of this type.
    pub(super) fn of(data_type: &VectorDataType) -> Self {
        match data_type {
            VectorDataType::Float16 => Self::Half(Vec::new()),
            VectorDataType::Int8 => Self::Signed(Vec::new()),
            VectorDataType::Uint8 => Self::Unsigned(Vec::new()),
            _ => Self::Single(Vec::new()),
        }
    }

    /// Adds a vector.
    pub(super) fn push(&mut self, vector: &[f32]) {
        let fits = match self {
            Self::Single(column) => append(column, vector),
            Self::Half(column) => append(column, vector),
            Self::Signed(column) => append(column, vector),
            Self::Unsigned(column) => append(column, vector),
        };
        if !fits {
            let mut wide = self.widened();
            wide.extend_from_slice(vector);
            *self = Self::Single(wide);
        }
    }

    /// Adds vectors of another column: the elements in `range`.
    pub(super) fn push_from(&mut self, other: &Self, range: std::ops::Range<usize>) {
        match (self, other) {
            (Self::Single(column), Self::Single(other)) => copy(column, other, range),
            (Self::Half(column), Self::Half(other)) => copy(column, other, range),
            (Self::Signed(column), Self::Signed(other)) => copy(column, other, range),
            (Self::Unsigned(column), Self::Unsigned(other)) => copy(column, other, range),
            (column, other) => {
                let mut vector = Vec::new();
                other.read(range, &mut vector);
                column.push(&vector);
            }
        }
    }

    /// No vectors, of the type that this column has come to.
    pub(super) fn emptied(&self) -> Self {
        match self {
            Self::Single(_) => Self::Single(Vec::new()),
            Self::Half(_) => Self::Half(Vec::new()),
            Self::Signed(_) => Self::Signed(Vec::new()),
            Self::Unsigned(_) => Self::Unsigned(Vec::new()),
        }
    }

    /// Puts the elements in `range` into `vector`, in place of what it holds.
    pub(super) fn read(&self, range: std::ops::Range<usize>, vector: &mut Vec<f32>) {
        vector.clear();
        match self {
            Self::Single(column) => widen(column, range, vector),
            Self::Half(column) => widen(column, range, vector),
            Self::Signed(column) => widen(column, range, vector),
            Self::Unsigned(column) => widen(column, range, vector),
        }
    }

    fn widened(&self) -> Vec<f32> {
        let mut wide = Vec::new();
        self.read(0..self.len(), &mut wide);
        wide
    }

    fn len(&self) -> usize {
        match self {
            Self::Single(column) => column.len(),
            Self::Half(column) => column.len(),
            Self::Signed(column) => column.len(),
            Self::Unsigned(column) => column.len(),
        }
    }
}

fn append<E: Element>(column: &mut Vec<E>, vector: &[f32]) -> bool {
    let before = column.len();
    for value in vector {
        let Some(element) = E::narrow(*value) else {
            column.truncate(before);
            return false;
        };
        column.push(element);
    }
    true
}

fn copy<E: Element>(column: &mut Vec<E>, other: &[E], range: std::ops::Range<usize>) {
    column.extend_from_slice(other.get(range).unwrap_or_default());
}

fn widen<E: Element>(column: &[E], range: std::ops::Range<usize>, vector: &mut Vec<f32>) {
    let found = column.get(range).unwrap_or_default();
    vector.extend(found.iter().map(|element| element.wide()));
}

/// The dot product of vectors of one length.
pub(super) fn dot<E: Element>(left: &[E], right: &[f32]) -> f32 {
    summed(left, right, |left, right| left * right)
}

/// The square of the distance of vectors of one length.
pub(super) fn squared_distance<E: Element>(left: &[E], right: &[f32]) -> f32 {
    summed(left, right, |left, right| (left - right) * (left - right))
}

#[inline]
fn summed<E: Element>(left: &[E], right: &[f32], term: impl Fn(f32, f32) -> f32) -> f32 {
    let (blocks, left_rest) = left.as_chunks::<LANES>();
    let (others, right_rest) = right.as_chunks::<LANES>();
    let mut lanes = [0.0_f32; LANES];
    for (block, other) in blocks.iter().zip(others) {
        for (lane, (left, right)) in lanes.iter_mut().zip(block.iter().zip(other)) {
            *lane += term(left.wide(), *right);
        }
    }
    let rest = left_rest.iter().zip(right_rest);
    let rest: f32 = rest.map(|(left, right)| term(left.wide(), *right)).sum();
    lanes.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_is_itself_and_nothing_else_is() {
        for bits in 0..=u16::MAX {
            let half = Half(bits);
            if half.wide().is_finite() {
                assert_eq!(Half::narrow(half.wide()), Some(half), "{bits:04x}");
            } else {
                assert_eq!(Half::narrow(half.wide()), None, "{bits:04x}");
            }
        }
        assert!((Half(0x3C00).wide() - 1.0).abs() < f32::EPSILON);
        assert!((Half(0xC000).wide() + 2.0).abs() < f32::EPSILON);
        assert_eq!(Half::narrow(0.1), None);
        assert_eq!(Half::narrow(70_000.0), None);
        assert_eq!(Half::narrow(1e-9), None);
    }

    #[test]
    fn a_column_widens_when_its_type_does_not_hold_an_element() {
        let check = |data_type: VectorDataType, vector: &[f32], stays: bool| {
            let mut column = Elements::of(&data_type);
            column.push(&[1.0, 2.0]);
            column.push(vector);
            let is_single = matches!(column, Elements::Single(_));
            assert_eq!(!is_single, stays, "{data_type:?} {vector:?}");
            let mut read = Vec::new();
            column.read(0..2, &mut read);
            assert_eq!(read, [1.0, 2.0]);
            column.read(2..4, &mut read);
            assert_eq!(read, vector);
        };
        check(VectorDataType::Int8, &[-128.0, 127.0], true);
        check(VectorDataType::Int8, &[128.0, 1.0], false);
        check(VectorDataType::Uint8, &[0.0, 255.0], true);
        check(VectorDataType::Uint8, &[-1.0, 3.0], false);
        check(VectorDataType::Float16, &[0.5, -65_504.0], true);
        check(VectorDataType::Float16, &[0.1, 0.0], false);
    }

    #[test]
    fn sums_in_lanes_are_sums() {
        let left: Vec<f32> = (0_u8..37).map(f32::from).collect();
        let right = vec![2.0; 37];
        assert!((dot(&left, &right) - 1_332.0).abs() < 1e-3);
        assert!((squared_distance(&left, &left) - 0.0).abs() < 1e-9);
        let bytes: Vec<u8> = (0..37).collect();
        assert!((dot(&bytes, &right) - 1_332.0).abs() < 1e-3);
    }
}
