//! Reading records. Blocks have checksums, so a record that does not read is a defect or a file
//! of somebody else: it is damage, with the name of what was expected, and never a panic.

use crate::durable::store::StoreError;

/// What is left of a record.
#[derive(Debug)]
pub(super) struct Decoder<'r> {
    rest: &'r [u8],
    /// What the record is, for messages.
    what: &'static str,
}

impl<'r> Decoder<'r> {
    pub(super) fn new(what: &'static str, record: &'r [u8]) -> Self {
        Self { rest: record, what }
    }

    /// The damage that a record of this kind has.
    pub(super) fn damage(&self, found: &str) -> StoreError {
        StoreError::Damaged(format!("{}: {found}", self.what))
    }

    /// Whether nothing is left: an earlier version wrote less.
    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let split = self.rest.split_first_chunk::<N>();
        let (taken, rest) = split.ok_or_else(|| self.damage("it ends too early"))?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, StoreError> {
        self.take().map(|[byte]| byte)
    }

    pub(super) fn u32(&mut self) -> Result<u32, StoreError> {
        self.take().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, StoreError> {
        self.take().map(u64::from_le_bytes)
    }

    pub(super) fn u128(&mut self) -> Result<u128, StoreError> {
        self.take().map(u128::from_le_bytes)
    }

    pub(super) fn bytes(&mut self) -> Result<&'r [u8], StoreError> {
        let count = usize::try_from(self.u32()?).unwrap_or(usize::MAX);
        let split = self.rest.split_at_checked(count);
        let (taken, rest) = split.ok_or_else(|| self.damage("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn text(&mut self) -> Result<&'r str, StoreError> {
        let bytes = self.bytes()?;
        std::str::from_utf8(bytes).map_err(|_| self.damage("a text is not UTF-8"))
    }

    /// As many values as stand there.
    pub(super) fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let count = self.u32()?;
        (0..count).map(|_| read(self)).collect()
    }

    /// The end of the record.
    pub(super) fn end(&self) -> Result<(), StoreError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.damage("something stands behind its end"))
        }
    }
}
