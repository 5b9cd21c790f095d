//! From bytes, which may be anything, to a carried value.

use cosmokit_protocol::session::{Lsn, RangeId, RangeToken, RegionId, RegionProgress, VectorToken};

use super::column;
use super::varint::Cursor;
use super::{FORMAT, MAX_BYTES, MAX_REGIONS};
use crate::carried::{
    AccountHash, Carried, ContainerKey, ContainerRid, GRAIN, MAX_CONTAINERS, MAX_RANGES, Origin,
    Position, Seconds,
};

/// Why bytes are not a carried value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// Another version, or none.
    #[error("the format is not one that this version reads")]
    Version,
    /// More than [`MAX_BYTES`].
    #[error("the value is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// The bytes end early.
    #[error("the value ends early")]
    Truncated,
    /// A number is out of its bounds.
    #[error("a number is out of its bounds")]
    Number,
    /// More containers, ranges or regions than the limits allow.
    #[error("the value lists more than the limits allow")]
    TooMuch,
    /// A container or range stands twice.
    #[error("a container or a range stands twice")]
    Duplicate,
    /// Bytes behind the end.
    #[error("bytes follow the end of the value")]
    Trailing,
}

/// A value that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The value.
    pub carried: Carried,
    /// When it was written.
    pub issued: Seconds,
    /// Positions that were left out because a number in them was out of its bounds.
    pub dropped: usize,
}

/// Reads a value.
///
/// # Errors
/// [`FormatError`] with the first fault. A position whose numbers are out of bounds alone is left
/// out and counted instead.
pub fn decode(bytes: &[u8]) -> Result<Decoded, FormatError> {
    if bytes.len() > MAX_BYTES {
        return Err(FormatError::TooLong);
    }
    let mut cursor = Cursor::new(bytes);
    if cursor.byte().map_err(|_| FormatError::Version)? != FORMAT {
        return Err(FormatError::Version);
    }
    let mut reader = Reader {
        issued: Seconds(cursor.number()?),
        cursor,
        carried: Carried::new(),
        ranges: 0,
        dropped: 0,
    };
    reader.containers()?;
    if !reader.cursor.is_at_end() {
        return Err(FormatError::Trailing);
    }
    Ok(Decoded {
        carried: reader.carried,
        issued: reader.issued,
        dropped: reader.dropped,
    })
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    issued: Seconds,
    carried: Carried,
    ranges: usize,
    dropped: usize,
}

/// The columns of a container, number by number.
struct Columns {
    ids: Vec<RangeId>,
    origins: Vec<u64>,
    ages: Vec<u64>,
    versions: Vec<u64>,
    globals: Vec<u64>,
    locals: Vec<(RegionId, Vec<u64>)>,
}

impl Reader<'_> {
    fn containers(&mut self) -> Result<(), FormatError> {
        let mut account = None;
        let mut last = None;
        for _ in 0..self.cursor.count(MAX_CONTAINERS)? {
            let key = self.key(&mut account)?;
            if last.is_some_and(|last| key <= last) {
                return Err(FormatError::Duplicate);
            }
            last = Some(key);
            self.container(key)?;
        }
        Ok(())
    }

    fn key(&mut self, account: &mut Option<AccountHash>) -> Result<ContainerKey, FormatError> {
        let account = match (self.cursor.byte()?, *account) {
            (0, Some(account)) => account,
            (1, _) => *account.insert(AccountHash(self.cursor.eight()?)),
            _ => return Err(FormatError::Number),
        };
        let rid = ContainerRid(self.cursor.eight()?);
        Ok(ContainerKey { account, rid })
    }

    fn container(&mut self, key: ContainerKey) -> Result<(), FormatError> {
        let mark = self.cursor.number()?;
        if let Some(seconds) = mark.checked_sub(1) {
            let until = self.issued.plus(seconds);
            self.carried
                .mark_uncertain(key, until)
                .map_err(|_| FormatError::TooMuch)?;
        }
        let count = self.cursor.count(MAX_RANGES - self.ranges)?;
        self.ranges += count;
        let columns = self.columns(count)?;
        for at in 0..count {
            self.range(key, &columns, at)?;
        }
        Ok(())
    }

    fn columns(&mut self, count: usize) -> Result<Columns, FormatError> {
        let cursor = &mut self.cursor;
        let steps = column::read(cursor, count)?;
        let zeros = column::read(cursor, count)?;
        let columns = Columns {
            ids: range_ids(&steps, &zeros)?,
            origins: column::read(cursor, count)?,
            ages: column::read(cursor, count)?,
            versions: column::read(cursor, count)?,
            globals: column::read(cursor, count)?,
            locals: Vec::new(),
        };
        let mut locals = Vec::new();
        for _ in 0..cursor.count(MAX_REGIONS)? {
            let region = u32::try_from(cursor.number()?).map_err(|_| FormatError::Number)?;
            let region = RegionId(region);
            if locals.last().is_some_and(|(last, _)| *last >= region) {
                return Err(FormatError::Duplicate);
            }
            locals.push((region, column::read(cursor, count)?));
        }
        Ok(Columns { locals, ..columns })
    }

    fn range(
        &mut self,
        key: ContainerKey,
        columns: &Columns,
        at: usize,
    ) -> Result<(), FormatError> {
        let range = columns.ids.get(at).copied().ok_or(FormatError::Truncated)?;
        let Some(position) = columns.position(at, self.issued) else {
            self.dropped += 1;
            return Ok(());
        };
        self.carried
            .observe(key, range, position)
            .map_err(|_| FormatError::TooMuch)
    }
}

/// Ids from their steps and leading zeros; strictly ascending.
fn range_ids(steps: &[u64], zeros: &[u64]) -> Result<Vec<RangeId>, FormatError> {
    let mut number = 0_u64;
    let mut last = None;
    let id = |(step, zeros): (&u64, &u64)| {
        number = number.checked_add(*step).ok_or(FormatError::Number)?;
        let here = (number, *zeros);
        if last.replace(here).is_some_and(|last| here <= last) {
            return Err(FormatError::Duplicate);
        }
        let zeros = usize::try_from(*zeros).map_err(|_| FormatError::Number)?;
        if zeros > 10 {
            return Err(FormatError::Number);
        }
        RangeId::parse(&format!("{}{number}", "0".repeat(zeros))).map_err(|_| FormatError::Number)
    };
    steps.iter().zip(zeros).map(id).collect()
}

impl Columns {
    /// One position, or `None` when a number in it is out of its bounds.
    fn position(&self, at: usize, issued: Seconds) -> Option<Position> {
        let global = Lsn::new(*self.globals.get(at)?).ok()?;
        let origin = match self.origins.get(at)? {
            0 => Origin::Read,
            1 => Origin::Write,
            _ => return None,
        };
        let seen_at = Seconds((issued.0 / GRAIN).checked_sub(*self.ages.get(at)?)? * GRAIN);
        let token = match self.versions.get(at)? {
            0 => RangeToken::Simple(global),
            version => self.vector(at, i64::try_from(*version).ok()? - 2, global)?,
        };
        Some(Position::new(token, origin, seen_at))
    }

    fn vector(&self, at: usize, version: i64, global: Lsn) -> Option<RangeToken> {
        let mut regions = Vec::new();
        for (region, column) in &self.locals {
            let lsn = match column.get(at)? {
                0 => continue,
                1 => None,
                folded => Some(unfold(global, folded - 2)?),
            };
            regions.push(RegionProgress {
                region: *region,
                lsn,
            });
        }
        let vector = VectorToken::new(version, global)
            .ok()?
            .with_regions(regions)
            .ok()?;
        Some(RangeToken::Vector(vector))
    }
}

fn unfold(global: Lsn, folded: u64) -> Option<Lsn> {
    let local = if folded.is_multiple_of(2) {
        global.value().checked_sub(folded / 2)?
    } else {
        global.value().checked_add(folded / 2 + 1)?
    };
    Lsn::new(local).ok()
}
