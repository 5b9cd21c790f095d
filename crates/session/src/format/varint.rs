//! Numbers of seven bits a byte, lowest first, and the cursor that reads them.

use super::FormatError;

/// Appends a number: one byte for each seven bits, the top bit set on all but the last.
pub(super) fn put(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = number.to_le_bytes()[0] & 0x7f;
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// What is left to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_at_end(self) -> bool {
        self.0.is_empty()
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, FormatError> {
        let (first, rest) = self.0.split_first().ok_or(FormatError::Truncated)?;
        self.0 = rest;
        Ok(*first)
    }

    /// The next bytes.
    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], FormatError> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or(FormatError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next eight bytes.
    pub(super) fn eight(&mut self) -> Result<[u8; 8], FormatError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(FormatError::Truncated)?;
        self.0 = rest;
        Ok(*taken)
    }

    /// The next number.
    pub(super) fn number(&mut self) -> Result<u64, FormatError> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            let shifted = bits << shift;
            if shifted >> shift != bits {
                return Err(FormatError::Number);
            }
            number |= shifted;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(FormatError::Number)
    }

    /// The next number, as a count of things of which there are at most `limit`.
    pub(super) fn count(&mut self, limit: usize) -> Result<usize, FormatError> {
        let count = usize::try_from(self.number()?).map_err(|_| FormatError::TooMuch)?;
        if count > limit {
            return Err(FormatError::TooMuch);
        }
        Ok(count)
    }
}
