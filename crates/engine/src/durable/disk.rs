//! The store on disk: one file of redb, under [checksums of our own](super::blocks).
//!
//! Every commit is in two phases with the allocator's state in it, so that opening after a crash
//! takes no longer than after a close. A file is made under another name and renamed when it is
//! whole; a lock on a file beside it keeps everybody else out.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use redb::{
    Builder, Database, ReadableDatabase, ReadableTable, StorageBackend, TableDefinition,
    backends::FileBackend,
};

use super::{
    blocks::{BlockFault, Blocks},
    store::{Batch, LogId, Row, Store, StoreError, VisitChange},
};

const ROWS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("rows");
const CHANGES: TableDefinition<'_, (u64, u64, u32), &[u8]> = TableDefinition::new("changes");
const SEQUENCE: TableDefinition<'_, (), u64> = TableDefinition::new("sequence");

const FILE: &str = "account.cosmokit";
const UNFINISHED: &str = "account.cosmokit.new";
const LOCK: &str = "lock";
/// Memory that redb may use: the account itself keeps what it needs.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// An open file, or what is left of it after an error.
#[derive(Debug)]
pub(crate) struct Disk {
    under: Arc<dyn StorageBackend>,
    /// `None` while it cannot be opened.
    database: RwLock<Option<Database>>,
    /// Held while the account lives.
    lock: Option<File>,
}

impl Disk {
    /// Opens the file in a directory; makes both when there are none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn open(directory: &Path) -> Result<Self, StoreError> {
        let written = |error: io::Error| unwritable(directory, &error);
        fs::create_dir_all(directory).map_err(written)?;
        let lock = lock(directory)?;
        let path = directory.join(FILE);
        if !path.try_exists().map_err(written)? {
            make(directory, &path).map_err(written)?;
        }
        let file = OpenOptions::new().read(true).write(true).open(&path);
        let under =
            FileBackend::new(file.map_err(written)?).map_err(|error| fault(error.into()))?;
        let mut disk = Self::over(Arc::new(under))?;
        disk.lock = Some(lock);
        Ok(disk)
    }

    /// Opens a file that is already there, wherever its bytes are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) fn over(under: Arc<dyn StorageBackend>) -> Result<Self, StoreError> {
        let database = open(&under)?;
        Ok(Self {
            under,
            database: RwLock::new(Some(database)),
            lock: None,
        })
    }

    fn with<T>(
        &self,
        look: impl FnOnce(&Database) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        match &*database {
            Some(database) => look(database).map_err(fault),
            None => Err(StoreError::Io {
                action: "read",
                reason: "it could not be opened again after an error".to_owned(),
            }),
        }
    }

    fn try_commit(&self, batch: &Batch) -> Result<(), StoreError> {
        if self.is_closed() {
            self.reopen()?;
        }
        let Err(error) = self.with(|database| write(database, batch)) else {
            return Ok(());
        };
        // Whether it took effect is known only to the file.
        self.reopen().map_err(|_| error.clone())?;
        match self.sequence() {
            Ok(sequence) if sequence == batch.sequence => Ok(()),
            _ => Err(error),
        }
    }

    fn is_closed(&self) -> bool {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        database.is_none()
    }

    /// Opens the file again: after an error redb refuses everything until then.
    fn reopen(&self) -> Result<(), StoreError> {
        let mut database = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *database = None;
        *database = Some(open(&self.under)?);
        Ok(())
    }
}

impl Drop for Disk {
    /// Gives the lock back at once, also while a process that was just forked still has the file.
    fn drop(&mut self) {
        *self
            .database
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(lock) = &self.lock {
            // What cannot be given back ends with the process.
            let _unlocked = lock.unlock();
        }
    }
}

impl Store for Disk {
    fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        match self.try_commit(batch) {
            // A read failed meanwhile, which is no fault of the batch.
            Err(error) if error == interrupted() => self.try_commit(batch),
            result => result,
        }
    }

    fn sequence(&self) -> Result<u64, StoreError> {
        self.with(|database| {
            let table = database.begin_read()?.open_table(SEQUENCE)?;
            Ok(table.get(())?.map(|row| row.value()).unwrap_or_default())
        })
    }

    fn rows(&self) -> Result<Vec<Row>, StoreError> {
        self.with(|database| {
            let table = database.begin_read()?.open_table(ROWS)?;
            let mut rows = Vec::new();
            for row in table.iter()? {
                let (key, value) = row?;
                rows.push((key.value().to_vec(), value.value().to_vec()));
            }
            Ok(rows)
        })
    }

    fn changes(&self, log: LogId, visit: &mut VisitChange<'_>) -> Result<(), StoreError> {
        let mut refused = Ok(());
        let read = self.with(|database| {
            let table = database.begin_read()?.open_table(CHANGES)?;
            for row in table.range((log.0, 0, 0)..=(log.0, u64::MAX, u32::MAX))? {
                let (key, value) = row?;
                let (_, lsn, change) = key.value();
                refused = visit((lsn, change), value.value());
                if refused.is_err() {
                    break;
                }
            }
            Ok(())
        });
        if read.is_err() {
            // Everything else can still be read and written.
            self.reopen()?;
        }
        read.and(refused)
    }
}

fn write(database: &Database, batch: &Batch) -> Result<(), redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    {
        let mut sequence = transaction.open_table(SEQUENCE)?;
        sequence.insert((), batch.sequence)?;
        let mut rows = transaction.open_table(ROWS)?;
        for (key, value) in &batch.rows {
            match value {
                Some(value) => rows.insert(&**key, &**value)?,
                None => rows.remove(&**key)?,
            };
        }
        let mut changes = transaction.open_table(CHANGES)?;
        for row in &batch.changes {
            let key = (row.log.0, row.at.0, row.at.1);
            match &row.record {
                Some(record) => changes.insert(key, &**record)?,
                None => changes.remove(key)?,
            };
        }
        for log in &batch.dropped {
            changes.retain_in((log.0, 0, 0)..=(log.0, u64::MAX, u32::MAX), |_, _| false)?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// Takes the lock of a directory.
fn lock(directory: &Path) -> Result<File, StoreError> {
    let path = directory.join(LOCK);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path);
    let file = file.map_err(|error| unwritable(directory, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(directory.to_owned())),
        Err(TryLockError::Error(error)) => Err(unwritable(directory, &error)),
    }
}

/// Makes an empty file that is whole as soon as it has its name.
fn make(directory: &Path, path: &Path) -> io::Result<()> {
    let unfinished: PathBuf = directory.join(UNFINISHED);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    let file = FileBackend::new(options.open(&unfinished)?).map_err(io::Error::other)?;
    format(Arc::new(file)).map_err(io::Error::other)?;
    fs::rename(&unfinished, path)?;
    // The name itself must last, where directories can be synchronised.
    #[cfg(unix)]
    File::open(directory)?.sync_all()?;
    Ok(())
}

/// Makes an empty store.
///
/// # Errors
/// [`StoreError`].
pub(super) fn format(under: Arc<dyn StorageBackend>) -> Result<(), StoreError> {
    let blocks = Blocks::create(under).map_err(|error| fault(redb::Error::Io(error)))?;
    let database = builder().create_with_backend(blocks);
    let database = database.map_err(|error| fault(error.into()))?;
    write(&database, &Batch::default()).map_err(fault)
}

fn open(under: &Arc<dyn StorageBackend>) -> Result<Database, StoreError> {
    let blocks = Blocks::open(Arc::clone(under)).map_err(|error| fault(redb::Error::Io(error)))?;
    // Without its header a file would be taken for one that is still to be made.
    if StorageBackend::len(&blocks).map_err(|error| fault(redb::Error::Io(error)))? == 0 {
        return Err(StoreError::Damaged("it holds no store".to_owned()));
    }
    builder()
        .create_with_backend(blocks)
        .map_err(|error| fault(error.into()))
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

fn unwritable(directory: &Path, error: &io::Error) -> StoreError {
    StoreError::Io {
        action: "written",
        reason: format!("{}: {error}", directory.display()),
    }
}

/// What happens to whoever uses the file while another finds an error in it.
fn interrupted() -> StoreError {
    StoreError::Io {
        action: "read or written",
        reason: "it is being opened again after an error".to_owned(),
    }
}

/// What an error of redb means here.
fn fault(error: redb::Error) -> StoreError {
    match error {
        redb::Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(fault @ BlockFault::Newer(_)) => StoreError::Newer(fault.to_string()),
            Some(fault) => StoreError::Damaged(fault.to_string()),
            None if error.kind() == io::ErrorKind::UnexpectedEof => {
                StoreError::Damaged(error.to_string())
            }
            None => StoreError::Io {
                action: "read or written",
                reason: error.to_string(),
            },
        },
        redb::Error::PreviousIo => interrupted(),
        error @ (redb::Error::Corrupted(_)
        | redb::Error::UpgradeRequired(_)
        | redb::Error::TableTypeMismatch { .. }
        | redb::Error::TableDoesNotExist(_)) => StoreError::Damaged(error.to_string()),
        error => StoreError::Io {
            action: "read or written",
            reason: error.to_string(),
        },
    }
}
