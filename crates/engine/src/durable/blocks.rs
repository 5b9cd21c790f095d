//! Blocks with checksums between the store and its file: nothing is read that was not written.
//!
//! redb checks its pages when it repairs and not when it reads, and its header has bytes that no
//! checksum covers. So every block of the file carries one, and a block that is damaged, moved,
//! zeroed or cut off is an error of the read that meets it. The layout is
//! `docs/storage-format.md`; what is inside the blocks is redb's.
//!
//! Blocks are only ever written whole while nothing refers to them, so one that was torn by a
//! crash is never read. The head is written in place and is smaller than a disk sector.

use std::{
    io::{Error, ErrorKind, Result},
    sync::Arc,
};

use redb::StorageBackend;

/// First bytes of every file.
pub(super) const MAGIC: [u8; 8] = *b"COSMOKIT";
/// Version of everything in the file: blocks, tables, records.
pub(super) const FORMAT_VERSION: u32 = 2;
/// The first version. It had no rows about several logs of a partition and no logs of conflicts;
/// everything that it had means the same today.
pub(super) const FIRST_VERSION: u32 = 1;

const BLOCK: usize = 4096;
/// A block with its checksum and mark.
const FRAME: usize = BLOCK + 8;
/// Last bytes of a frame, so that no frame is all zeros.
const MARK: [u8; 4] = *b"cosm";
/// Magic, version, and nothing else so far.
const PREAMBLE: usize = 16;
/// Where the head stands: a sector of its own.
const HEAD_AT: u64 = 512;
/// Bytes of block 0 that are kept: redb's header has 320.
const HEAD_BYTES: usize = 480;
/// The head, the length of the file when it was written, a checksum.
const HEAD_FRAME: usize = HEAD_BYTES + 8 + 4;
/// Where block 1 stands.
const FIRST_FRAME: u64 = 4096;

/// What the checks found; the source of the [`Error`] that a read answers with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BlockFault {
    /// No file of ours.
    #[error("it does not begin like a file of a cosmokit account")]
    Magic,
    /// Written by a later version.
    #[error(
        "it has format version {0} and this version of cosmokit reads up to {FORMAT_VERSION}: open it with the version that wrote it"
    )]
    Newer(u32),
    /// The head was changed.
    #[error("the checksum of its head is wrong")]
    Head,
    /// A block was changed.
    #[error("the checksum of block {0} is wrong")]
    Block(u64),
    /// Bytes at the end are missing.
    #[error("it has {found} bytes and had at least {expected}")]
    Truncated { found: u64, expected: u64 },
    /// A write that the layout has no place for.
    #[error("{0} bytes at {1} are no whole blocks")]
    Unaligned(usize, u64),
}

impl From<BlockFault> for Error {
    fn from(fault: BlockFault) -> Self {
        Self::new(ErrorKind::InvalidData, fault)
    }
}

/// A backend of redb that keeps checksums, over one that keeps bytes.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    under: Arc<dyn StorageBackend>,
}

impl Blocks {
    /// Makes an empty file out of nothing.
    ///
    /// # Errors
    /// Those of the backend.
    pub(super) fn create(under: Arc<dyn StorageBackend>) -> Result<Self> {
        let blocks = Self { under };
        blocks.under.set_len(FIRST_FRAME)?;
        blocks.write_preamble()?;
        blocks.write_head(&[0; HEAD_BYTES], FIRST_FRAME)?;
        Ok(blocks)
    }

    /// Opens a file that [`create`](Self::create) made.
    ///
    /// # Errors
    /// [`BlockFault`]; those of the backend.
    pub(super) fn open(under: Arc<dyn StorageBackend>) -> Result<Self> {
        let found = under.len()?;
        let mut preamble = [0; PREAMBLE];
        if found < FIRST_FRAME {
            let expected = FIRST_FRAME;
            return Err(BlockFault::Truncated { found, expected }.into());
        }
        under.read(0, &mut preamble)?;
        let (magic, rest) = preamble.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(BlockFault::Magic.into());
        }
        let mut version = [0; 4];
        copy(&mut version, rest);
        let version = u32::from_le_bytes(version);
        match version {
            FIRST_VERSION..=FORMAT_VERSION if rest.iter().skip(4).all(|byte| *byte == 0) => {}
            newer if newer > FORMAT_VERSION => return Err(BlockFault::Newer(newer).into()),
            _ => return Err(BlockFault::Magic.into()),
        }
        let blocks = Self { under };
        let (_, expected) = blocks.read_head()?;
        if found < expected || !(found - FIRST_FRAME).is_multiple_of(frame_bytes()) {
            return Err(BlockFault::Truncated { found, expected }.into());
        }
        if version < FORMAT_VERSION {
            // From now on there may be rows that earlier versions do not know.
            blocks.write_preamble()?;
            blocks.under.sync_data()?;
        }
        Ok(blocks)
    }

    fn write_preamble(&self) -> Result<()> {
        let mut preamble = [0; PREAMBLE];
        let (magic, rest) = preamble.split_at_mut(MAGIC.len());
        magic.copy_from_slice(&MAGIC);
        copy(rest, &FORMAT_VERSION.to_le_bytes());
        self.under.write(0, &preamble)
    }

    fn read_head(&self) -> Result<([u8; HEAD_BYTES], u64)> {
        let mut frame = [0; HEAD_FRAME];
        self.under.read(HEAD_AT, &mut frame)?;
        let (covered, sum) = frame.split_at(HEAD_FRAME - 4);
        if sum != checksum(0, covered) {
            return Err(BlockFault::Head.into());
        }
        let (kept, length) = covered.split_at(HEAD_BYTES);
        let (mut head, mut bytes) = ([0; HEAD_BYTES], [0; 8]);
        copy(&mut head, kept);
        copy(&mut bytes, length);
        Ok((head, u64::from_le_bytes(bytes)))
    }

    fn write_head(&self, head: &[u8; HEAD_BYTES], length: u64) -> Result<()> {
        let mut frame = Vec::with_capacity(HEAD_FRAME);
        frame.extend_from_slice(head);
        frame.extend_from_slice(&length.to_le_bytes());
        frame.extend_from_slice(&checksum(0, &frame));
        self.under.write(HEAD_AT, &frame)
    }

    /// Reads block `number` and those behind it into `out`, which is a whole number of blocks.
    fn read_blocks(&self, number: u64, out: &mut [u8]) -> Result<()> {
        let mut frames = vec![0; out.len() / BLOCK * FRAME];
        self.under.read(frame_at(number), &mut frames)?;
        let numbered = (number..).zip(frames.chunks_exact(FRAME));
        for ((number, frame), out) in numbered.zip(out.chunks_exact_mut(BLOCK)) {
            let (block, trailer) = frame.split_at(BLOCK);
            let (sum, mark) = trailer.split_at(4);
            if mark != MARK || sum != checksum(number, block) {
                return Err(BlockFault::Block(number).into());
            }
            out.copy_from_slice(block);
        }
        Ok(())
    }
}

impl StorageBackend for Blocks {
    fn len(&self) -> Result<u64> {
        let physical = self.under.len()?;
        let frames = physical.saturating_sub(FIRST_FRAME) / frame_bytes();
        // The file of a store that was not made yet holds nothing, not an empty head.
        let (head, _) = self.read_head()?;
        if frames == 0 && head == [0; HEAD_BYTES] {
            return Ok(0);
        }
        Ok((frames + 1) * block_bytes())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let (mut at, mut rest) = (offset, out);
        while !rest.is_empty() {
            let (number, within) = (at / block_bytes(), in_block(at));
            let whole = rest.len() / BLOCK * BLOCK;
            let taken = if number > 0 && within == 0 && whole > 0 {
                let (now, later) = rest.split_at_mut(whole);
                self.read_blocks(number, now)?;
                rest = later;
                whole
            } else {
                let mut block = [0; BLOCK];
                if number == 0 {
                    copy(&mut block, &self.read_head()?.0);
                } else {
                    self.read_blocks(number, &mut block)?;
                }
                let taken = rest.len().min(BLOCK - within);
                let (now, later) = rest.split_at_mut(taken);
                copy(now, block.get(within..).unwrap_or_default());
                rest = later;
                taken
            };
            at += u64::try_from(taken).unwrap_or(u64::MAX);
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<()> {
        let frames = len.div_ceil(block_bytes()).saturating_sub(1);
        let physical = FIRST_FRAME + frames * frame_bytes();
        let (head, recorded) = self.read_head()?;
        // A crash in between must not look like a file that was cut off.
        if physical < recorded {
            self.write_head(&head, physical)?;
        }
        self.under.set_len(physical)
    }

    fn sync_data(&self) -> Result<()> {
        self.under.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        let unaligned = || BlockFault::Unaligned(data.len(), offset);
        if offset == 0 && data.len() <= HEAD_BYTES {
            let (mut head, _) = self.read_head()?;
            copy(&mut head, data);
            return self.write_head(&head, self.under.len()?);
        }
        let number = offset / block_bytes();
        if number == 0 || in_block(offset) != 0 || !data.len().is_multiple_of(BLOCK) {
            return Err(unaligned().into());
        }
        let mut frames = Vec::with_capacity(data.len() / BLOCK * FRAME);
        for (number, block) in (number..).zip(data.chunks_exact(BLOCK)) {
            frames.extend_from_slice(block);
            frames.extend_from_slice(&checksum(number, block));
            frames.extend_from_slice(&MARK);
        }
        self.under.write(frame_at(number), &frames)
    }

    /// The file stays open: it is read again when a store is opened anew after an error.
    fn close(&self) -> Result<()> {
        Ok(())
    }
}

fn frame_at(number: u64) -> u64 {
    FIRST_FRAME + (number - 1) * frame_bytes()
}

const fn frame_bytes() -> u64 {
    FRAME as u64
}

const fn block_bytes() -> u64 {
    BLOCK as u64
}

fn in_block(offset: u64) -> usize {
    usize::try_from(offset % block_bytes()).unwrap_or_default()
}

/// The checksum of a block, its number included: a block in another's place is damage.
fn checksum(number: u64, block: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.update(block);
    hasher.finalize().to_le_bytes()
}

/// Copies as much as fits.
fn copy(to: &mut [u8], from: &[u8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}
