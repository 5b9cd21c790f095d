//! One item as a register: the calls on it that an order must explain, and what a call does to a state.

use crate::history::{Action, History, ItemKey, Mark, Moment, Operation, Outcome, WriteVerb};

use super::Scope;

/// What an item holds: a mark, or nothing.
pub(super) type State = Option<Mark>;

/// A call on an item, with what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Call<'h> {
    pub(super) operation: &'h Operation,
    pub(super) invoked: Moment,
    /// When it was over; `None` when it may take effect at any later time, or never.
    pub(super) returned: Option<Moment>,
    pub(super) effect: Effect,
}

/// What a call says of the state before it, and what it does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The state is this.
    Sees(State),
    /// The state fulfils the condition and becomes this.
    Sets(Condition, State),
    /// The state does not fulfil the condition and stays.
    Fails(Condition),
    /// If the state fulfils the condition, it becomes this; else it stays.
    Tries(Condition, State),
}

/// What a write needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    None,
    Absent,
    Present,
    Is(Mark),
}

impl Condition {
    fn holds(self, state: State) -> bool {
        match self {
            Self::None => true,
            Self::Absent => state.is_none(),
            Self::Present => state.is_some(),
            Self::Is(mark) => state == Some(mark),
        }
    }
}

impl Effect {
    /// The state after the call, `None` when the call cannot have met this state.
    pub(super) fn apply(self, state: State) -> Option<State> {
        match self {
            Self::Sees(seen) => (seen == state).then_some(state),
            Self::Sets(condition, next) => condition.holds(state).then_some(next),
            Self::Fails(condition) => (!condition.holds(state)).then_some(state),
            Self::Tries(condition, next) if condition.holds(state) => Some(next),
            Self::Tries(..) => Some(state),
        }
    }
}

/// The calls on an item that an order must explain, without those that cannot make a difference.
pub(super) fn calls<'h>(history: &'h History, scope: &Scope<'_>, key: &ItemKey) -> Vec<Call<'h>> {
    without_idle_tries(all_calls(history, scope, key))
}

/// The calls on an item: all writes, and the reads in scope. Calls that say nothing are left out.
pub(super) fn all_calls<'h>(
    history: &'h History,
    scope: &Scope<'_>,
    key: &ItemKey,
) -> Vec<Call<'h>> {
    let effect = |operation: &'h Operation| {
        let effect = if operation.action.is_write() {
            write_effect(operation, key)
        } else if scope.covers(operation) {
            read_effect(operation, key)
        } else {
            None
        }?;
        let open = matches!(effect, Effect::Tries(..));
        Some(Call {
            operation,
            invoked: operation.invoked,
            returned: operation.returned.filter(|_| !open),
            effect,
        })
    };
    history.operations.iter().filter_map(effect).collect()
}

fn read_effect(operation: &Operation, key: &ItemKey) -> Option<Effect> {
    match (&operation.action, &operation.outcome) {
        (Action::Read { key: read }, outcome) if read == key => match outcome {
            Outcome::Found(mark) => Some(Effect::Sees(Some(*mark))),
            Outcome::Absent => Some(Effect::Sees(None)),
            _ => None,
        },
        (
            Action::List {
                container,
                partition,
            },
            Outcome::Listed(items),
        ) if *container == key.container && *partition == key.partition => {
            let seen = items.iter().find(|item| item.key == *key);
            Some(Effect::Sees(seen.map(|item| item.mark)))
        }
        _ => None,
    }
}

fn write_effect(operation: &Operation, key: &ItemKey) -> Option<Effect> {
    let (_, verb, mark) = operation.action.writes().find(|(k, ..)| *k == key)?;
    let expects = match &operation.action {
        Action::Write { expects, .. } => *expects,
        _ => None,
    };
    let condition = match (expects, verb) {
        (None, WriteVerb::Delete)
            if operation.outcome == Outcome::Done && operation.may_have_found_nothing() =>
        {
            Condition::None
        }
        (Some(expected), _) => Condition::Is(expected),
        (None, WriteVerb::Create) => Condition::Absent,
        (None, WriteVerb::Upsert) => Condition::None,
        (None, WriteVerb::Replace | WriteVerb::Delete | WriteVerb::Patch) => Condition::Present,
    };
    let next = (verb != WriteVerb::Delete).then_some(mark);
    match operation.outcome {
        Outcome::Done => Some(Effect::Sets(condition, next)),
        Outcome::Refused { status, .. } => refusal(operation, condition, status),
        _ if operation.outcome.may_have_applied() => Some(Effect::Tries(condition, next)),
        _ => None,
    }
}

/// What a refusal says of the item. One for another reason (throttled, unavailable, a unique key, another operation of
/// the batch) says nothing of it.
fn refusal(operation: &Operation, condition: Condition, status: u16) -> Option<Effect> {
    let alone = matches!(&operation.action, Action::Write { claims: None, .. });
    let about_the_item = match condition {
        Condition::None => false,
        Condition::Absent => status == 409,
        Condition::Present => status == 404,
        Condition::Is(_) => status == 412 || status == 404,
    };
    (alone && about_the_item).then_some(Effect::Fails(condition))
}

/// Leaves out writes of unknown outcome that no other call can have met: nobody saw or expected their mark, and
/// nothing asks whether the item is there. They would only multiply the orders to try.
fn without_idle_tries(calls: Vec<Call<'_>>) -> Vec<Call<'_>> {
    let asks_presence = calls.iter().any(|call| match call.effect {
        Effect::Sees(seen) => seen.is_none(),
        Effect::Sets(condition, next) | Effect::Tries(condition, next) => {
            next.is_none() || matches!(condition, Condition::Absent | Condition::Present)
        }
        Effect::Fails(_) => true,
    });
    if asks_presence {
        return calls;
    }
    let met: Vec<Mark> = calls
        .iter()
        .filter_map(|call| match call.effect {
            Effect::Sees(seen) => seen,
            Effect::Sets(Condition::Is(mark), _) | Effect::Tries(Condition::Is(mark), _) => {
                Some(mark)
            }
            _ => None,
        })
        .collect();
    let idle = |call: &Call<'_>| matches!(call.effect, Effect::Tries(_, Some(mark)) if !met.contains(&mark));
    calls.into_iter().filter(|call| !idle(call)).collect()
}
