//! What the judges say of one run, and of many.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::promise::{Owed, is_for_everybody, owed};
use super::{Campaign, Replay, Run};
use crate::history::{Asked, Operation};
use crate::judge::{Guarantee, Verdict, Violation};

/// Whose observations were judged: everybody's, or those of operations that asked for the same.
pub type Observers = Option<Asked>;

/// What the judges said of many runs of a campaign.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Runs.
    pub runs: usize,
    /// Operations of all runs.
    pub operations: usize,
    /// Troubles of all runs.
    pub troubles: usize,
    /// By observers and guarantee.
    pub findings: BTreeMap<(Observers, Guarantee), Findings>,
}

/// What the judges said of one guarantee.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// What was owed.
    pub owed: Owed,
    /// Runs in which it held and there was something to compare.
    pub held: usize,
    /// Comparisons in runs in which it held.
    pub checked: usize,
    /// Runs in which it was violated.
    pub violated: usize,
    /// Runs of which the judge could not tell.
    pub undecided: usize,
    /// The first violation, and how to see it again.
    pub first: Option<(Replay, Violation)>,
}

impl Campaign {
    /// Judges a run.
    pub fn judge(&self, run: &Run) -> Tally {
        self.judge_of(run, &Guarantee::ALL)
    }

    /// Judges a run by some guarantees.
    pub fn judge_of(&self, run: &Run, guarantees: &[Guarantee]) -> Tally {
        let history = &run.history;
        let mut tally = Tally {
            runs: 1,
            operations: history.operations.len(),
            troubles: run.schedule.troubles.len(),
            findings: BTreeMap::new(),
        };
        let asked: BTreeSet<Asked> = history.operations.iter().map(|it| it.asked).collect();
        let groups = asked.into_iter().map(Some);
        for observers in std::iter::once(None).chain(groups) {
            let covers = |operation: &Operation| observers.is_none_or(|it| it == operation.asked);
            let scope = self.scope(&covers);
            for &guarantee in guarantees {
                if is_for_everybody(guarantee) != observers.is_none() {
                    continue;
                }
                let asked = observers.unwrap_or(Asked {
                    level: history.setting.level,
                    carries_tokens: false,
                });
                let Some(owed) = owed(&history.setting, asked, guarantee) else {
                    continue;
                };
                let mut findings = Findings {
                    owed,
                    ..Findings::default()
                };
                let replay = Replay {
                    campaign: self.name,
                    seed: history.setting.seed,
                };
                findings.take(guarantee.judge(history, &scope), replay);
                tally.findings.insert((observers, guarantee), findings);
            }
        }
        tally
    }
}

impl Findings {
    fn take(&mut self, verdict: Verdict, replay: Replay) {
        match verdict {
            Verdict::Holds { checked } => {
                self.checked += checked;
                self.held += usize::from(checked > 0);
            }
            Verdict::Undecided { .. } => self.undecided += 1,
            Verdict::Violated(violation) => {
                self.violated += 1;
                self.first.get_or_insert((replay, violation));
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.owed = other.owed;
        self.held += other.held;
        self.checked += other.checked;
        self.violated += other.violated;
        self.undecided += other.undecided;
        self.first = self.first.take().or(other.first);
    }
}

impl Tally {
    /// Adds the verdicts on other runs.
    pub fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.operations += other.operations;
        self.troubles += other.troubles;
        for (place, findings) in other.findings {
            self.findings.entry(place).or_default().add(findings);
        }
    }

    /// The first violation of each guarantee that must hold.
    pub fn broken_promises(&self) -> impl Iterator<Item = &(Replay, Violation)> {
        let must = self.findings.values().filter(|it| it.owed != Owed::Lacking);
        must.filter_map(|it| it.first.as_ref())
    }

    /// What must hold and could be judged in no run, or not decided in some.
    pub fn unjudged(&self) -> Vec<(Observers, Guarantee)> {
        let silent = |findings: &Findings| {
            findings.undecided > 0 || (findings.checked == 0 && findings.violated == 0)
        };
        let promised = self.findings.iter();
        promised
            .filter(|(_, findings)| findings.owed != Owed::Lacking && silent(findings))
            .map(|(place, _)| *place)
            .collect()
    }

    /// What need not hold, and still no run violated.
    pub fn never_violated(&self) -> Vec<(Observers, Guarantee)> {
        let free = self.findings.iter();
        free.filter(|(_, findings)| findings.owed == Owed::Lacking && findings.violated == 0)
            .map(|(place, _)| *place)
            .collect()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} runs, {} operations, {} troubles",
            self.runs, self.operations, self.troubles
        )?;
        for ((observers, guarantee), findings) in &self.findings {
            let who = observers.map_or("everybody".to_owned(), |asked| asked.to_string());
            write!(
                f,
                "  {who:<34} {guarantee:<21} {:<8} {:>9} comparisons, violated in {:>5} runs",
                findings.owed, findings.checked, findings.violated
            )?;
            if findings.undecided > 0 {
                write!(f, ", undecided in {}", findings.undecided)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
