//! What an evaluation has at hand: the frame of values, the parameters, the clock of the query, its budget.

use std::cell::{Cell, RefCell};

use super::DocumentMembers;
use crate::error::RunError;
use crate::function::{RegexCache, Surface};
use crate::value::{HashSetOfValues, Value};

/// Functions that the container's owner wrote; they are run elsewhere.
pub trait UserFunctions {
    /// Calls a function by name.
    ///
    /// # Errors
    /// What to tell the caller: the function does not exist, or it failed.
    fn call(&self, name: &str, arguments: &[Value<'_>]) -> Result<Value<'static>, Box<str>>;

    /// Whether a call failed because functions took all the time that they may take. The run then
    /// stops as one whose own budget is empty.
    fn ran_out(&self) -> bool {
        false
    }
}

/// Whether to go on with the next row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    More,
    Enough,
}

/// What functions may ask for besides their arguments.
pub(crate) struct Host<'p> {
    /// Time of the query in ticks of 100 ns since 1970.
    pub(crate) now_ticks: i64,
    /// Whether coordinates are on the globe or on a plane.
    pub(crate) surface: Surface,
    pub(crate) functions: &'p dyn UserFunctions,
    pub(crate) regexes: RefCell<RegexCache>,
    random: Cell<u64>,
    steps: Cell<u64>,
}

impl<'p> Host<'p> {
    pub(crate) fn new(
        now_ticks: i64,
        seed: u64,
        steps: u64,
        surface: Surface,
        functions: &'p dyn UserFunctions,
    ) -> Self {
        Self {
            now_ticks,
            surface,
            functions,
            regexes: RefCell::default(),
            random: Cell::new(seed),
            steps: Cell::new(steps),
        }
    }

    /// Takes steps out of the budget.
    pub(crate) fn charge(&self, steps: u64) -> Result<(), RunError> {
        if let Some(left) = self.steps.get().checked_sub(steps) {
            self.steps.set(left);
            return Ok(());
        }
        self.steps.set(0);
        Err(RunError::Budget)
    }

    /// Takes steps in proportion to a number of bytes or elements.
    pub(crate) fn charge_size(&self, size: usize) -> Result<(), RunError> {
        self.charge(u64::try_from(size / 16).unwrap_or(u64::MAX))
    }

    /// What is left of the budget.
    pub(crate) fn remaining_steps(&self) -> u64 {
        self.steps.get()
    }

    /// The next number of the query's own sequence, in [0, 1) (`SplitMix64`).
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub(crate) fn random(&self) -> f64 {
        let state = self.random.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.random.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let bits = (mixed ^ (mixed >> 31)) >> 11;
        bits as f64 / (1u64 << 53) as f64
    }
}

impl std::fmt::Debug for Host<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host")
            .field("now_ticks", &self.now_ticks)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

/// An evaluation over one document.
pub(crate) struct Machine<'a, 'h> {
    /// One value for each slot of the program.
    pub(crate) frame: Vec<Value<'a>>,
    /// The members of what the slot of the document holds.
    pub(crate) document: DocumentMembers<'a>,
    pub(crate) parameters: &'a [Value<'static>],
    pub(crate) host: &'h Host<'h>,
    /// Rows seen by a DISTINCT that spans documents.
    pub(crate) seen: &'h RefCell<HashSetOfValues>,
}

impl<'a> Machine<'a, '_> {
    /// Fills a slot.
    pub(crate) fn set(&mut self, slot: usize, value: Value<'a>) {
        if let Some(place) = self.frame.get_mut(slot) {
            *place = value;
        }
    }
}
