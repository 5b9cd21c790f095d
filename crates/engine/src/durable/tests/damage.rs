//! Damaged files are refused, or still hold exactly what was written.

use std::sync::Arc;

use super::{
    disk::{Content, batch, empty},
    platter::Platter,
};
use crate::{
    durable::{
        blocks::{FIRST_VERSION, FORMAT_VERSION},
        disk::Disk,
        store::{Store, StoreError},
    },
    entropy::Entropy,
};

/// A file with some content, closed or left by a crash.
fn written(close: bool) -> (Vec<u8>, Content) {
    let entropy = Entropy::new(11);
    let (platter, mut model) = (empty(), Content::default());
    let store = Disk::over(Arc::new(platter.clone())).unwrap();
    for sequence in 1..20 {
        let batch = batch(sequence, &entropy);
        store.commit(&batch).unwrap();
        model.apply(&batch);
    }
    let crashed = platter.bytes();
    drop(store);
    (if close { platter.bytes() } else { crashed }, model)
}

fn read(bytes: Vec<u8>) -> Result<Content, StoreError> {
    Content::of(&Disk::over(Arc::new(Platter::new(bytes)))?)
}

/// Reads a damaged file; whether the damage was found.
fn check(bytes: Vec<u8>, model: &Content, what: &str) -> bool {
    match read(bytes) {
        Ok(found) => {
            assert!(found == *model, "{what}: other content was accepted");
            false
        }
        Err(StoreError::Damaged(_) | StoreError::Newer(_)) => true,
        Err(error) => panic!("{what}: {error}"),
    }
}

#[test]
fn a_changed_byte_is_found_or_meant_nothing() {
    for close in [true, false] {
        let (bytes, model) = written(close);
        assert_eq!(read(bytes.clone()).unwrap(), model);
        let head = 0..1_100;
        let rest = (1_100..bytes.len()).step_by(61);
        let mut found = 0;
        for at in head.chain(rest) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            found += u32::from(check(damaged, &model, &format!("byte {at}")));
        }
        assert!(found > 500, "{found} changes were found");
    }
}

#[test]
fn blocks_that_are_zeroed_or_exchanged_are_found() {
    let (bytes, model) = written(true);
    let blocks = (bytes.len() - 4096) / 4104;
    let at = |block: usize| 4096 + block * 4104;
    let mut found = 0;
    for block in 0..blocks {
        let mut zeroed = bytes.clone();
        zeroed[at(block)..at(block + 1)].fill(0);
        found += u32::from(check(zeroed, &model, &format!("zeros in block {block}")));
        let other = (block + 1) % blocks;
        let mut exchanged = bytes.clone();
        exchanged.copy_within(at(other)..at(other + 1), at(block));
        found += u32::from(check(
            exchanged,
            &model,
            &format!("block {other} for {block}"),
        ));
    }
    assert!(found > 20, "{found} of {blocks} blocks");
}

#[test]
fn a_file_that_was_cut_off_is_found() {
    for close in [true, false] {
        let (bytes, model) = written(close);
        let lengths = (0..bytes.len())
            .step_by(97)
            .chain([bytes.len() - 1, bytes.len() - 4104]);
        for length in lengths {
            let what = format!("{length} of {} bytes", bytes.len());
            assert!(check(bytes[..length].to_vec(), &model, &what), "{what}");
        }
    }
}

#[test]
fn a_newer_format_is_refused_with_both_versions() {
    let (mut bytes, _) = written(true);
    bytes[8..12].copy_from_slice(&(FORMAT_VERSION + 1).to_le_bytes());
    let error = read(bytes).unwrap_err();
    let StoreError::Newer(text) = &error else {
        panic!("{error}");
    };
    assert!(
        text.contains(&format!("version {}", FORMAT_VERSION + 1)),
        "{text}"
    );
    assert!(text.contains(&format!("up to {FORMAT_VERSION}")), "{text}");
}

#[test]
fn an_older_format_is_read_and_becomes_the_present_one() {
    let (mut bytes, model) = written(true);
    bytes[8..12].copy_from_slice(&FIRST_VERSION.to_le_bytes());
    let platter = Platter::new(bytes);
    let store = Disk::over(Arc::new(platter.clone())).unwrap();
    assert_eq!(Content::of(&store).unwrap(), model);
    drop(store);
    assert_eq!(platter.bytes()[8..12], FORMAT_VERSION.to_le_bytes());
}

#[test]
fn a_file_of_something_else_is_refused() {
    for bytes in [b"hello".to_vec(), vec![0; 9_000], vec![65; 5_000]] {
        assert!(matches!(read(bytes), Err(StoreError::Damaged(_))));
    }
}

#[test]
fn a_directory_is_opened_once() {
    let directory = tempfile::tempdir().unwrap();
    let first = Disk::open(directory.path()).unwrap();
    let second = Disk::open(directory.path()).unwrap_err();
    assert_eq!(second, StoreError::Locked(directory.path().to_owned()));
    drop(first);
    let again = Disk::open(directory.path()).unwrap();
    assert!(again.rows().unwrap().is_empty());
}
