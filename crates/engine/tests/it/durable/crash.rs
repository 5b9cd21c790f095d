//! A process under load is killed, again and again: what it acknowledged is there, what it refused
//! is not.
//!
//! The child is this very test binary, told by its environment to write until it dies. It says on
//! its standard output which operation of which writer was acknowledged; what each operation is
//! follows from its number, so the parent knows what must be in the directory.

use std::{
    collections::BTreeMap,
    env,
    fs::File,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    thread,
};

use cosmokit_engine::{Account, clock::ManualClock, request::Precondition};
use serde_json::{Value, json};

use crate::{
    asking::batch,
    world::{Answer, World, delete, replace},
};

const DIRECTORY: &str = "COSMOKIT_CRASH_DIRECTORY";
const ROUND: &str = "COSMOKIT_CRASH_ROUND";
const WRITERS: u64 = 4;
const IDS: u64 = 5;
const KILLS: u64 = 200;
/// Directories, each with a child of its own at a time.
const LANES: u64 = 4;

/// A well-mixed number; the same for the same input everywhere.
fn mix(input: u64) -> u64 {
    let mut z = input.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One writer of one round: the only one that writes under its key.
#[derive(Clone, Copy)]
struct Writer {
    round: u64,
    number: u64,
}

/// The items of a writer: id and the number of the operation that wrote it.
type Items = BTreeMap<u64, u64>;

impl Writer {
    fn key(self) -> String {
        format!("round {} writer {}", self.round, self.number)
    }

    fn draw(self, operation: u64) -> u64 {
        mix(self.round << 32 ^ self.number << 24 ^ operation)
    }

    /// Carries out operation `operation` on the account, and asks for things that are refused.
    fn act(self, world: &World, operation: u64, present: &Items) {
        let draw = self.draw(operation);
        let (id, key) = (draw % IDS, self.key());
        let document = |id: u64| json!({"id": id.to_string(), "pk": key, "n": operation, "filler": "x".repeat(200)});
        match draw >> 8 & 7 {
            0 => {
                let expected = if present.contains_key(&id) { 204 } else { 404 };
                world.run(delete(&key, &id.to_string())).expect(expected, 0);
            }
            1 | 2 => {
                let operations: Vec<Value> = (0..IDS)
                    .map(|id| json!({"operationType": "Upsert", "resourceBody": document(id)}))
                    .collect();
                world.run(batch(&key, &operations)).expect(200, 0);
            }
            _ => drop(world.upsert(&key, &document(id))),
        }
        self.be_refused(world, draw, present);
    }

    fn be_refused(self, world: &World, draw: u64, present: &Items) {
        let Some(id) = present.keys().nth(usize::try_from(draw >> 16 & 7).unwrap()) else {
            return;
        };
        let (id, key) = (id.to_string(), self.key());
        let document = json!({"id": id, "pk": key, "n": "refused"});
        // The item may have gone with the operation itself.
        let refused =
            |answer: Answer| assert!(answer.status >= 400 || answer.status == 201, "{answer:?}");
        let mut stale = replace(&key, &id, &document);
        stale.precondition = Precondition {
            if_match: Some("\"no such etag\"".into()),
            if_none_match: None,
        };
        refused(world.run(stale));
        let clash = [
            json!({"operationType": "Upsert", "resourceBody": {"id": "refused", "pk": key}}),
            json!({"operationType": "Delete", "id": "never was"}),
        ];
        assert_eq!(world.run(batch(&key, &clash)).body[1]["statusCode"], 404);
    }

    /// What the items become by an operation.
    fn follow(self, items: &mut Items, operation: u64) {
        let draw = self.draw(operation);
        match draw >> 8 & 7 {
            0 => drop(items.remove(&(draw % IDS))),
            1 | 2 => items.extend((0..IDS).map(|id| (id, operation))),
            _ => drop(items.insert(draw % IDS, operation)),
        }
    }

    fn items_after(self, operations: u64) -> Items {
        let mut items = Items::new();
        for operation in 1..=operations {
            self.follow(&mut items, operation);
        }
        items
    }

    /// What the account holds under the key.
    fn items_in(self, world: &World) -> Items {
        let found = (0..IDS).filter_map(|id| {
            let answer = world.read(&self.key(), &id.to_string());
            let n = (answer.status == 200).then(|| answer.body["n"].as_u64().expect("not refused"));
            Some((id, n?))
        });
        let found = found.collect();
        world.read(&self.key(), "refused").expect(404, 0);
        found
    }
}

fn open(directory: &Path) -> World {
    World::durable(
        Account::builder(),
        directory,
        &Arc::new(ManualClock::default()),
    )
}

fn prepare(world: &World) {
    if world.create_database("db").status == 201 {
        let document = json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}});
        world.create_container(&document).expect(201, 0);
    }
}

/// Writes until it is killed, or until every writer has done `most` operations.
fn write(world: &World, round: u64, most: u64, acknowledge: impl Fn(u64, u64) + Sync) {
    let acknowledge = &acknowledge;
    thread::scope(|scope| {
        for number in 0..WRITERS {
            scope.spawn(move || {
                let writer = Writer { round, number };
                let mut items = Items::new();
                for operation in 1..=most {
                    writer.act(world, operation, &items);
                    writer.follow(&mut items, operation);
                    acknowledge(number, operation);
                }
            });
        }
    });
}

/// The child; without its environment, the same load without a kill.
#[test]
fn a_child_writes_until_it_is_killed() {
    if let (Some(directory), Ok(round)) = (env::var_os(DIRECTORY), env::var(ROUND)) {
        let world = open(Path::new(&directory));
        prepare(&world);
        let stdout = std::os::fd::AsFd::as_fd(&std::io::stdout()).try_clone_to_owned();
        let stdout = File::from(stdout.unwrap());
        write(
            &world,
            round.parse().unwrap(),
            u64::MAX,
            |writer, operation| {
                // One write is one line, also when several writers write at once.
                (&stdout)
                    .write_all(format!("done {writer} {operation}\n").as_bytes())
                    .unwrap();
            },
        );
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let world = open(directory.path());
    prepare(&world);
    write(&world, 0, 30, |_, _| {});
    drop(world);
    let world = open(directory.path());
    for number in 0..WRITERS {
        let writer = Writer { round: 0, number };
        assert_eq!(writer.items_in(&world), writer.items_after(30));
    }
}

/// Has a child write into a directory and kills it after so many acknowledgements; how many each
/// writer got.
fn killed_after(directory: &Path, round: u64, acknowledgements: u64) -> Vec<u64> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "durable::crash::a_child_writes_until_it_is_killed",
            "--nocapture",
        ])
        .env(DIRECTORY, directory)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut done = vec![0; usize::try_from(WRITERS).unwrap()];
    let mut seen = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let mut words = line.split(' ');
        let (Some("done"), Some(writer), Some(operation)) =
            (words.next(), words.next(), words.next())
        else {
            continue;
        };
        done[writer.parse::<usize>().unwrap()] = operation.parse().unwrap();
        seen += 1;
        if seen == acknowledgements {
            child.kill().unwrap();
        }
    }
    assert!(!child.wait().unwrap().success(), "it was killed");
    done
}

/// Kills children in one directory, one after another, and judges what is there after each.
fn kill_and_judge(rounds: impl Iterator<Item = u64>) {
    let directory = tempfile::tempdir().unwrap();
    let mut settled: Vec<(Writer, Items)> = Vec::new();
    for round in rounds {
        let done = killed_after(directory.path(), round, mix(round) % 24 + 1);
        let world = open(directory.path());
        for (number, done) in (0..).zip(done) {
            let writer = Writer { round, number };
            let found = writer.items_in(&world);
            let (acknowledged, next) = (writer.items_after(done), writer.items_after(done + 1));
            assert!(
                found == acknowledged || found == next,
                "round {round}, writer {number}: {done} operations were acknowledged, found {found:?}"
            );
            settled.push((writer, found));
        }
    }
    let world = open(directory.path());
    for (writer, items) in settled {
        assert_eq!(writer.items_in(&world), items, "{}", writer.key());
    }
}

#[test]
fn two_hundred_kills_lose_nothing_and_bring_nothing_back() {
    thread::scope(|scope| {
        for lane in 0..LANES {
            let rounds = (1..=KILLS).filter(move |round| round % LANES == lane);
            scope.spawn(move || kill_and_judge(rounds));
        }
    });
}
