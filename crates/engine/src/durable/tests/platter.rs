//! A disk in memory that can be full, broken, cut from its power, or written on by a vandal.

use std::{
    io::{Error, ErrorKind, Result},
    sync::{Arc, Mutex, MutexGuard},
};

use redb::StorageBackend;

use crate::entropy::Entropy;

/// Bytes that a disk writes at once or not at all.
const SECTOR: usize = 512;

/// The disk; clones are the same one.
#[derive(Clone, Debug, Default)]
pub(super) struct Platter(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    bytes: Vec<u8>,
    /// The bytes as of the last sync, and what was written since.
    synced: Vec<u8>,
    since: Vec<Write>,
    fault: Fault,
    writes: u64,
}

#[derive(Clone, Debug)]
enum Write {
    Bytes { at: usize, data: Vec<u8> },
    Length(usize),
}

/// What goes wrong, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Fault {
    #[default]
    None,
    /// The file cannot grow beyond this.
    Full(usize),
    /// Write number `at` is done by half, and nothing after it.
    Dead { at: u64 },
}

impl Platter {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        let platter = Self::default();
        {
            let mut inner = platter.inner();
            inner.synced.clone_from(&bytes);
            inner.bytes = bytes;
        }
        platter
    }

    pub(super) fn set(&self, fault: Fault) {
        self.inner().fault = fault;
    }

    /// Writes, changes of length and syncs so far.
    pub(super) fn writes(&self) -> u64 {
        self.inner().writes
    }

    /// What a process that opens the file after a `kill -9` sees.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.inner().bytes.clone()
    }

    /// What is left when the power goes: everything that was synced, and of what came after any
    /// sectors at all.
    pub(super) fn after_power_loss(&self, entropy: &Entropy) -> Vec<u8> {
        let inner = self.inner();
        let mut bytes = inner.synced.clone();
        for write in &inner.since {
            match write {
                Write::Length(length) if entropy.next().is_multiple_of(2) => {
                    bytes.resize(*length, 0);
                }
                Write::Length(_) => {}
                Write::Bytes { at, data } => {
                    let mut at = *at;
                    let mut rest = &data[..];
                    while !rest.is_empty() {
                        let (now, later) = rest.split_at(rest.len().min(SECTOR - at % SECTOR));
                        if entropy.next().is_multiple_of(2) {
                            put(&mut bytes, at, now);
                        }
                        at += now.len();
                        rest = later;
                    }
                }
            }
        }
        bytes
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// Does a write as far as the fault lets it.
    fn act(&self, write: Write) -> Result<()> {
        let mut inner = self.inner();
        inner.writes += 1;
        let grown = match &write {
            Write::Bytes { at, data } => at + data.len(),
            Write::Length(length) => *length,
        };
        let (outcome, write) = match (inner.fault, write) {
            (Fault::Full(limit), _) if grown > limit => {
                return Err(Error::new(ErrorKind::StorageFull, "no space left"));
            }
            (Fault::Dead { at }, _) if inner.writes > at => return Err(dead()),
            (Fault::Dead { at: last }, Write::Bytes { at, data }) if inner.writes == last => {
                // Whole sectors only.
                let end = ((at + data.len() / 2) / SECTOR * SECTOR).max(at);
                let data = data[..end - at].to_vec();
                (Err(dead()), Write::Bytes { at, data })
            }
            (_, write) => (Ok(()), write),
        };
        match &write {
            Write::Bytes { at, data } => put(&mut inner.bytes, *at, data),
            Write::Length(length) => inner.bytes.resize(*length, 0),
        }
        inner.since.push(write);
        outcome
    }
}

fn dead() -> Error {
    Error::other("the process is dead")
}

fn put(bytes: &mut Vec<u8>, at: usize, data: &[u8]) {
    if bytes.len() < at + data.len() {
        bytes.resize(at + data.len(), 0);
    }
    bytes[at..at + data.len()].copy_from_slice(data);
}

impl StorageBackend for Platter {
    fn len(&self) -> Result<u64> {
        Ok(self.inner().bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let inner = self.inner();
        let at = usize::try_from(offset).unwrap();
        match inner.bytes.get(at..at + out.len()) {
            Some(bytes) => {
                out.copy_from_slice(bytes);
                Ok(())
            }
            None => Err(ErrorKind::UnexpectedEof.into()),
        }
    }

    fn set_len(&self, len: u64) -> Result<()> {
        self.act(Write::Length(usize::try_from(len).unwrap()))
    }

    fn sync_data(&self) -> Result<()> {
        let mut inner = self.inner();
        inner.writes += 1;
        if let Fault::Dead { at } = inner.fault
            && inner.writes >= at
        {
            return Err(dead());
        }
        inner.synced = inner.bytes.clone();
        inner.since.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        self.act(Write::Bytes {
            at: usize::try_from(offset).unwrap(),
            data: data.to_vec(),
        })
    }
}
