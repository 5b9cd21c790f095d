//! A place in a body that never leaves its bounds.

use super::BinaryJsonError;

/// How many bytes a length, count or offset has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    One,
    Two,
    Three,
    Four,
}

/// Reads a body from `at` on, up to `end`. Offsets are those of the whole body.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    body: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Cursor<'a> {
    /// The whole of `body`, from `at` on.
    pub(super) fn new(body: &'a [u8], at: usize) -> Self {
        Self {
            body,
            at,
            end: body.len(),
        }
    }

    /// The same body from another place on, to its very end.
    pub(super) fn at_offset(&self, at: usize) -> Self {
        Self::new(self.body, at)
    }

    /// Where the next byte stands.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.at >= self.end
    }

    /// The bytes that are left.
    pub(super) fn remaining(&self) -> usize {
        self.end.saturating_sub(self.at)
    }

    /// Limits the cursor to its next `length` bytes and returns the bound that held before.
    pub(super) fn enter(&mut self, length: usize) -> Result<usize, BinaryJsonError> {
        if length > self.remaining() {
            return Err(BinaryJsonError::Truncated { offset: self.end });
        }
        Ok(std::mem::replace(&mut self.end, self.at + length))
    }

    /// Restores the bound that [`enter`](Self::enter) returned.
    pub(super) fn leave(&mut self, end: usize) {
        self.end = end;
    }

    /// The next byte, which stays.
    pub(super) fn peek(&self) -> Option<u8> {
        if self.is_empty() {
            None
        } else {
            self.body.get(self.at).copied()
        }
    }

    /// The next `length` bytes.
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], BinaryJsonError> {
        let truncated = BinaryJsonError::Truncated { offset: self.end };
        let stop = self
            .at
            .checked_add(length)
            .filter(|stop| *stop <= self.end)
            .ok_or(truncated.clone())?;
        let bytes = self.body.get(self.at..stop).ok_or(truncated)?;
        self.at = stop;
        Ok(bytes)
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], BinaryJsonError> {
        let bytes = self.take(N)?;
        Ok(bytes
            .try_into()
            .expect("`take` gives as many bytes as asked for"))
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, BinaryJsonError> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// The next unsigned number of the given width.
    pub(super) fn unsigned(&mut self, width: Width) -> Result<usize, BinaryJsonError> {
        let number = match width {
            Width::One => u32::from(self.byte()?),
            Width::Two => u32::from(u16::from_le_bytes(self.array()?)),
            Width::Three => {
                let [low, middle, high] = self.array()?;
                u32::from_le_bytes([low, middle, high, 0])
            }
            Width::Four => u32::from_le_bytes(self.array()?),
        };
        usize::try_from(number).map_err(|_| BinaryJsonError::Length { offset: self.at })
    }
}
