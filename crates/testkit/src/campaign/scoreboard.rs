//! What the judges say of all campaigns, as one table: a row per guarantee, a column per level.

use std::collections::BTreeMap;
use std::fmt;

use super::promise::{Owed, Standpoint};
use super::tally::{Findings, Tally};
use crate::judge::Guarantee;

/// Guarantees by levels. Rows for guarantees of the whole account stand in a column of their own.
#[derive(Clone, Debug, Default)]
pub struct Scoreboard {
    cells: BTreeMap<(Guarantee, Column), Cell>,
    runs: usize,
    operations: usize,
    troubles: usize,
}

/// Whose observations a column is about; `None` stands for everybody's.
type Column = Option<Standpoint>;

/// What came of a guarantee, as a level sees it.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    owed: Owed,
    held: usize,
    violated: usize,
    undecided: usize,
}

impl Cell {
    fn add(&mut self, findings: &Findings) {
        // What some account of the column gives is what the column shows; campaigns of the other kind have a table of
        // their own.
        self.owed = findings.owed;
        self.held += findings.held;
        self.violated += findings.violated;
        self.undecided += findings.undecided;
    }
}

impl Scoreboard {
    /// Adds what came of a campaign.
    pub fn add(&mut self, tally: &Tally) {
        self.runs += tally.runs;
        self.operations += tally.operations;
        self.troubles += tally.troubles;
        for ((observers, guarantee), findings) in &tally.findings {
            let column = observers.map(Standpoint::of);
            let cell = self.cells.entry((*guarantee, column)).or_default();
            cell.add(findings);
        }
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.runs == 0
    }

    /// Guarantees that must hold and did not in some run.
    pub fn broken(&self) -> usize {
        let cells = self.cells.values();
        let broken = cells.filter(|cell| cell.owed != Owed::Lacking && cell.violated > 0);
        broken.count()
    }

    /// Guarantees that need not hold and were never seen broken.
    pub fn unseen(&self) -> usize {
        let cells = self.cells.values();
        let unseen = cells.filter(|cell| cell.owed == Owed::Lacking && cell.violated == 0);
        unseen.count()
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runs = self.held + self.violated + self.undecided;
        let text = match (self.owed, self.violated) {
            (Owed::Given, 0) => format!("holds {runs}"),
            (Owed::Kept, 0) => format!("(holds) {runs}"),
            (Owed::Lacking, 0) => "never seen".to_owned(),
            (Owed::Lacking, broken) => format!("lacks {broken}/{runs}"),
            (_, broken) => format!("BROKEN {broken}/{runs}"),
        };
        f.pad(&text)
    }
}

impl fmt::Display for Scoreboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<21}", "")?;
        for column in Standpoint::ALL {
            write!(f, " {column:<16}")?;
        }
        writeln!(f)?;
        for guarantee in Guarantee::ALL {
            if let Some(cell) = self.cells.get(&(guarantee, None)) {
                writeln!(f, "{guarantee:<21} {cell:<16} (everybody)")?;
                continue;
            }
            let cells = Standpoint::ALL.map(|at| self.cells.get(&(guarantee, Some(at))));
            if cells.iter().all(Option::is_none) {
                continue;
            }
            write!(f, "{guarantee:<21}")?;
            for cell in cells {
                match cell {
                    Some(cell) => write!(f, " {cell:<16}")?,
                    None => write!(f, " {:<16}", "")?,
                }
            }
            writeln!(f)?;
        }
        write!(
            f,
            "{} runs, {} operations, {} troubles",
            self.runs, self.operations, self.troubles
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::Campaign;

    #[test]
    fn a_table_has_a_row_for_each_guarantee_and_a_column_for_each_level() {
        let campaign = Campaign {
            length: std::time::Duration::from_secs(1),
            ..Campaign::named("one_region").unwrap().clone()
        };
        let mut board = Scoreboard::default();
        assert!(board.is_empty());
        board.add(&campaign.judge(&campaign.run(1)));
        let table = board.to_string();
        let row = |name: &str| table.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(row("linearizability").contains("lacks 1/1"), "{table}");
        assert!(row("consistent prefix").contains("(holds) 1"), "{table}");
        assert!(row("durability").ends_with("(everybody)"), "{table}");
        assert!(
            table.lines().next().unwrap().contains("no token"),
            "{table}"
        );
        assert_eq!(board.broken(), 0, "{table}");
    }
}
