//! Chains of change feed tokens.

use super::scene::*;
use crate::history::*;
use crate::judge::Guarantee::*;

fn present(id: &str, mark: Mark, lsn: u64) -> Change {
    Change {
        key: key(id),
        mark: Some(mark),
        standing: Standing::Present,
        lsn,
    }
}

fn deleted(id: &str, mark: Option<Mark>, lsn: u64) -> Change {
    Change {
        key: key(id),
        mark,
        standing: Standing::Deleted,
        lsn,
    }
}

fn page(scene: &mut Scene, mode: FeedMode, changes: Vec<Change>) {
    let follow = Action::Follow {
        chain: ChainId(1),
        container: "c".to_owned(),
        mode,
    };
    let caught_up = changes.is_empty();
    scene.call(9, follow, Outcome::Changes { changes, caught_up });
}

/// Two versions of `a` and one of `b`, then what a chain was given, then the end.
fn story(mode: FeedMode, given: impl Fn(&[Mark]) -> Vec<Vec<Change>>) -> Scene {
    let mut scene = Scene::new();
    page(&mut scene, mode, Vec::new());
    let marks = [
        scene.write(1, "a", 1),
        scene.write(1, "a", 2),
        scene.write(2, "b", 1),
    ];
    for changes in given(&marks) {
        page(&mut scene, mode, changes);
    }
    scene.disturb(Impact::Settled);
    page(&mut scene, mode, Vec::new());
    scene
}

#[test]
fn latest_versions() {
    let story = |given: fn(&[Mark]) -> Vec<Vec<Change>>| story(FeedMode::LatestVersion, given);
    story(|m| vec![vec![present("a", m[1], 2), present("b", m[2], 3)]]).holds(ChangeFeed);
    story(|m| {
        vec![
            vec![present("a", m[0], 1)],
            vec![present("a", m[1], 2)],
            vec![present("b", m[2], 3)],
        ]
    })
    .holds(ChangeFeed);
    story(|m| vec![vec![present("a", m[1], 2)]]).violates(ChangeFeed, "never given v1");
    story(|m| vec![vec![present("a", m[0], 1)], vec![present("b", m[2], 3)]])
        .violates(ChangeFeed, "never given v2");
    story(|m| {
        vec![
            vec![present("a", m[1], 2), present("b", m[2], 3)],
            vec![present("b", m[2], 3)],
        ]
    })
    .violates(ChangeFeed, "twice");
    story(|m| vec![vec![present("b", m[2], 3), present("a", m[1], 2)]])
        .violates(ChangeFeed, "positions fall");
    story(|m| {
        vec![
            vec![present("a", m[1], 2)],
            vec![present("a", m[0], 3), present("b", m[2], 3)],
        ]
    })
    .violates(ChangeFeed, "versions fall");
}

#[test]
fn all_versions() {
    let mode = FeedMode::AllVersionsAndDeletes;
    let all = |m: &[Mark]| {
        vec![
            present("a", m[0], 1),
            present("a", m[1], 2),
            present("b", m[2], 3),
        ]
    };
    story(mode, |m| vec![all(m)]).holds(ChangeFeed);
    story(mode, |m| vec![all(m)[1..].to_vec()]).violates(ChangeFeed, "never given v1");
}

#[test]
fn deletes_come_once_each() {
    let mode = FeedMode::AllVersionsAndDeletes;
    let story = |deletes: usize| {
        let mut scene = Scene::new();
        page(&mut scene, mode, Vec::new());
        let first = scene.write(1, "a", 1);
        scene.delete(1, "a", 2);
        let third = scene.write(1, "a", 3);
        scene.delete(1, "a", 4);
        let mut changes = vec![present("a", first, 1), deleted("a", Some(first), 2)];
        changes.push(present("a", third, 3));
        if deletes == 2 {
            changes.push(deleted("a", Some(third), 4));
        }
        page(&mut scene, mode, changes);
        scene.disturb(Impact::Settled);
        page(&mut scene, mode, Vec::new());
        scene
    };
    story(2).holds(ChangeFeed);
    story(1).violates(ChangeFeed, "never given v4");
}

#[test]
fn a_chain_that_has_not_caught_up_misses_nothing_yet() {
    let mut scene = Scene::new();
    scene.write(1, "a", 1);
    scene.disturb(Impact::Settled);
    scene.says_nothing(ChangeFeed);
}

#[test]
fn all_versions_begin_with_the_first_page() {
    let mode = FeedMode::AllVersionsAndDeletes;
    let mut scene = Scene::new();
    scene.write(1, "a", 1);
    page(&mut scene, mode, Vec::new());
    scene.disturb(Impact::Settled);
    page(&mut scene, mode, Vec::new());
    scene.says_nothing(ChangeFeed);
}
