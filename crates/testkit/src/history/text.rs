//! A history as text: one JSON document per line, the setting first, then operations and disturbances in the order in
//! which they began.

use serde::{Deserialize, Serialize};

use super::{Disturbance, History, Operation, Setting};

/// The form that this version writes and reads.
const FORMAT: u32 = 1;

/// Why a text is no history.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// A line that is none of a history.
    #[error("line {line} of the history cannot be read")]
    Line {
        /// Which, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// The first line does not say what world it is of.
    #[error("the history does not begin with its setting")]
    NoSetting,
    /// Written by another version.
    #[error("the history has format {0}, and this version reads format {FORMAT}")]
    Format(u32),
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum LineOut<'h> {
    World { format: u32, setting: &'h Setting },
    Operation(&'h Operation),
    Disturbance(&'h Disturbance),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum LineIn {
    World { format: u32, setting: Setting },
    Operation(Box<Operation>),
    Disturbance(Disturbance),
}

impl History {
    /// The history as text.
    ///
    /// # Panics
    /// Never: every value of a history can be written as JSON.
    pub fn to_ndjson(&self) -> String {
        let mut lines = vec![(
            0,
            LineOut::World {
                format: FORMAT,
                setting: &self.setting,
            },
        )];
        let operations = self.operations.iter();
        lines.extend(operations.map(|it| (it.invoked.step(), LineOut::Operation(it))));
        let disturbances = self.disturbances.iter();
        lines.extend(disturbances.map(|it| (it.at.step(), LineOut::Disturbance(it))));
        lines.sort_by_key(|(step, _)| *step);
        let mut text = String::new();
        for (_, line) in lines {
            let line = serde_json::to_string(&line).expect("plain values have a JSON form");
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    /// Reads a history from text.
    ///
    /// # Errors
    /// [`HistoryError`] for the first line that is none of a history of this version.
    pub fn from_ndjson(text: &str) -> Result<Self, HistoryError> {
        let mut history: Option<Self> = None;
        for (at, line) in text.lines().enumerate() {
            let line = serde_json::from_str(line).map_err(|source| HistoryError::Line {
                line: at + 1,
                source,
            })?;
            match (line, &mut history) {
                (LineIn::World { format, .. }, _) if format != FORMAT => {
                    return Err(HistoryError::Format(format));
                }
                (LineIn::World { setting, .. }, _) => {
                    history = Some(Self {
                        setting,
                        operations: Vec::new(),
                        disturbances: Vec::new(),
                    });
                }
                (_, None) => return Err(HistoryError::NoSetting),
                (LineIn::Operation(it), Some(history)) => history.operations.push(*it),
                (LineIn::Disturbance(it), Some(history)) => history.disturbances.push(it),
            }
        }
        history.ok_or(HistoryError::NoSetting)
    }
}
