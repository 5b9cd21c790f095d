//! What the reference says a query gives, and whether an answer is that.

use std::collections::HashSet;

use cosmokit::models::PartitionKeyDefinition;
use fastrand::Rng;
use serde_json::Value;

use super::asking::{Answer, told};
use super::containers::Policies;
use super::rows::{self, Known};
use super::{Disagreement, GeneratedQuery, RowOrder, grammar, reference};

/// What is expected of every answer to a query.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) query: GeneratedQuery,
    pub(super) wanted: Answer,
    known: Known,
}

impl Expected {
    /// Draws a query, and asks the reference. Now and then the query is one that is refused.
    pub(super) fn draw(rng: &mut Rng, policies: &Policies, documents: &[Value]) -> Self {
        let query = grammar::query(rng);
        if rng.u8(..8) == 0 {
            // What is still a query is another one, of which it is not known how its rows are compared.
            let mangled = Self::of(grammar::mangled(rng, &query), policies, documents);
            if mangled.wanted.is_err() {
                return mangled;
            }
        }
        Self::of(query, policies, documents)
    }

    /// Asks the reference.
    pub(super) fn of(query: GeneratedQuery, policies: &Policies, documents: &[Value]) -> Self {
        let ask = |query: &GeneratedQuery| {
            let key: PartitionKeyDefinition = "/pk".into();
            reference::rows(query, &policies.indexed(), &key, documents)
                .map_err(|error| (400, error.to_message()))
        };
        let wanted = ask(&query);
        let mut known = Known::default();
        if let RowOrder::SomeOf(text) | RowOrder::Ranked(_, text) = &query.order {
            let all = GeneratedQuery {
                text: text.clone(),
                ..query.clone()
            };
            known.all = ask(&all).unwrap_or_default();
        }
        if let RowOrder::Ranked(rank, _) = &query.order {
            let ids = known.all.iter().filter_map(|row| row.get("id")?.as_str());
            let ids: HashSet<String> = ids.map(str::to_owned).collect();
            known.scores = rank.by_id(documents, &ids);
        }
        Self {
            query,
            wanted,
            known,
        }
    }

    /// Whether an answer is what was expected.
    pub(super) fn check(
        &self,
        seed: u64,
        way: &str,
        found: &Answer,
    ) -> Result<(), Box<Disagreement>> {
        let agree = match (&self.wanted, found) {
            (Ok(wanted), Ok(found)) => rows::agree(&self.query.order, wanted, found, &self.known),
            (Err((wanted, _)), Err((found, _))) => wanted == found,
            _ => false,
        };
        if agree {
            return Ok(());
        }
        Err(Box::new(Disagreement {
            seed,
            way: way.to_owned(),
            query: self.query.clone(),
            wanted: told(&self.wanted),
            found: told(found),
        }))
    }
}
