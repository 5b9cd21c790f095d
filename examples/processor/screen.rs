//! The terminal: a line for each instance with its leases, and the lag. Where there is no terminal, the story alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use cosmokit::processor::RemainingWork;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::book::Book;

/// The lag that fills the bar.
const FULL: u64 = 400;

/// The terminal. Clones are one and the same.
#[derive(Clone)]
pub(super) struct Screen {
    lines: MultiProgress,
    lag: ProgressBar,
    instances: Arc<Mutex<BTreeMap<String, ProgressBar>>>,
}

impl Screen {
    pub(super) fn new() -> Self {
        let lines = MultiProgress::new();
        let lag = lines.add(ProgressBar::new(FULL));
        if let Ok(style) = ProgressStyle::with_template("  lag    {bar:48.yellow/dim} {msg}") {
            lag.set_style(style);
        }
        Self {
            lines,
            lag,
            instances: Arc::default(),
        }
    }

    /// A line of the story, above the rest.
    pub(super) fn say(&self, text: &str) {
        if self.lines.is_hidden() {
            println!("{text}");
        } else {
            // A terminal that is gone shows nothing.
            let _ = self.lines.println(text);
        }
    }

    /// How far behind the processor is, and whose leases are whose.
    pub(super) fn draw(&self, leases: &[RemainingWork], book: &Book) {
        let behind: u64 = leases.iter().map(|lease| lease.changes).sum();
        self.lag.set_position(behind.min(FULL));
        self.lag.set_message(format!("{behind} changes behind"));
        let billed = book.by_instance();
        let mut instances = self
            .instances
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for owner in leases.iter().filter_map(|lease| lease.owner.as_deref()) {
            if !instances.contains_key(owner) {
                let line = self
                    .lines
                    .insert_before(&self.lag, ProgressBar::no_length());
                if let Ok(style) = ProgressStyle::with_template("  {prefix:6} {msg}") {
                    line.set_style(style);
                }
                line.set_prefix(owner.to_owned());
                instances.insert(owner.to_owned(), line);
            }
        }
        for (name, line) in instances.iter() {
            let held = leases.iter().map(|lease| {
                let is_theirs = lease.owner.as_deref() == Some(name);
                if is_theirs { "■ " } else { "· " }
            });
            let held: String = held.collect();
            let billed = billed.get(name.as_str()).copied().unwrap_or_default();
            line.set_message(format!("{held} {billed} billed"));
        }
    }

    pub(super) fn clear(&self) {
        // A terminal that is gone shows nothing.
        let _ = self.lines.clear();
    }
}
