//! A column of numbers: the least, how many bits each difference from it takes, and the differences
//! one after another, lowest bit first.

use super::FormatError;
use super::varint::{Cursor, put};

/// Appends a column. An empty one takes no byte: the reader knows how many numbers to expect.
pub(super) fn write(out: &mut Vec<u8>, numbers: &[u64]) {
    let Some(least) = numbers.iter().copied().min() else {
        return;
    };
    let widest = numbers
        .iter()
        .map(|number| number - least)
        .max()
        .unwrap_or_default();
    let width = u64::BITS - widest.leading_zeros();
    put(out, least);
    out.push(u8::try_from(width).unwrap_or(u8::MAX));
    let mut bits = 0_u128;
    let mut held = 0;
    for number in numbers {
        bits |= u128::from(number - least) << held;
        held += width;
        while held >= 8 {
            out.push(bits.to_le_bytes()[0]);
            bits >>= 8;
            held -= 8;
        }
    }
    if held > 0 {
        out.push(bits.to_le_bytes()[0]);
    }
}

/// Reads a column of `count` numbers.
pub(super) fn read(cursor: &mut Cursor<'_>, count: usize) -> Result<Vec<u64>, FormatError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let least = cursor.number()?;
    let width = u32::from(cursor.byte()?);
    if width > u64::BITS {
        return Err(FormatError::Number);
    }
    let width_bits = usize::try_from(width).map_err(|_| FormatError::Number)?;
    let packed = cursor.bytes((count * width_bits).div_ceil(8))?;
    let mask = (1_u128 << width) - 1;
    let mut packed = packed.iter();
    let mut bits = 0_u128;
    let mut held = 0;
    let mut numbers = Vec::with_capacity(count);
    for _ in 0..count {
        while held < width {
            let byte = packed.next().copied().ok_or(FormatError::Truncated)?;
            bits |= u128::from(byte) << held;
            held += 8;
        }
        let difference = u64::try_from(bits & mask).map_err(|_| FormatError::Number)?;
        numbers.push(least.checked_add(difference).ok_or(FormatError::Number)?);
        bits >>= width;
        held -= width;
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes_of(numbers: &[u64]) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, numbers);
        out
    }

    #[test]
    fn what_is_alike_costs_two_bytes() {
        assert_eq!(bytes_of(&[]), Vec::<u8>::new());
        assert_eq!(bytes_of(&[5]), [5, 0]);
        assert_eq!(bytes_of(&[5; 900]), [5, 0]);
        assert_eq!(bytes_of(&[5, 6, 5, 6]), [5, 1, 0b1010]);
        assert_eq!(bytes_of(&[0, u64::MAX]).len(), 2 + 16);
    }

    proptest! {
        #[test]
        fn reads_what_it_wrote(numbers in prop::collection::vec(any::<u64>(), 0..50), shift in 0..64_u32) {
            let numbers: Vec<u64> = numbers.into_iter().map(|number| number >> shift).collect();
            let bytes = bytes_of(&numbers);
            let mut cursor = Cursor::new(&bytes);
            prop_assert_eq!(read(&mut cursor, numbers.len()).unwrap(), numbers);
            prop_assert!(cursor.is_at_end());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64), count in 0..1_000_usize) {
            drop(read(&mut Cursor::new(&bytes), count));
        }
    }
}
