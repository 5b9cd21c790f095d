//! Prepared queries of one container, by text. Nothing in them depends on parameters: neither on their values, which
//! decide the partitions to ask, nor on their types, so that every shape of them finds the same one. What depends on
//! them is found out for each call, in less than a microsecond. Bounded; the one that was used least lately gives way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cosmokit_query::plan::PreparedQuery;

/// Texts that are kept.
const MAX_TEXTS: usize = 256;
/// Longest text that is kept, in bytes.
const MAX_TEXT_BYTES: usize = 32 * 1024;

/// Prepared queries by text.
#[derive(Debug, Default)]
pub(crate) struct PlanCache(Mutex<Plans>);

#[derive(Debug, Default)]
struct Plans {
    by_text: HashMap<Box<str>, (Arc<PreparedQuery>, u64)>,
    uses: u64,
}

impl PlanCache {
    /// The prepared query of a text, made by `prepare` when it is not known.
    ///
    /// # Errors
    /// Those of `prepare`; a failure is not kept.
    pub(crate) fn get_or_prepare<E>(
        &self,
        text: &str,
        prepare: impl FnOnce() -> Result<PreparedQuery, E>,
    ) -> Result<Arc<PreparedQuery>, E> {
        if let Some(known) = self.known(text) {
            return Ok(known);
        }
        let prepared = Arc::new(prepare()?);
        if text.len() <= MAX_TEXT_BYTES {
            self.keep(text, &prepared);
        }
        Ok(prepared)
    }

    fn known(&self, text: &str) -> Option<Arc<PreparedQuery>> {
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        plans.uses += 1;
        let now = plans.uses;
        let (prepared, used) = plans.by_text.get_mut(text)?;
        *used = now;
        Some(Arc::clone(prepared))
    }

    fn keep(&self, text: &str, prepared: &Arc<PreparedQuery>) {
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if plans.by_text.len() >= MAX_TEXTS {
            let oldest = plans.by_text.iter().min_by_key(|(_, (_, used))| *used);
            if let Some(text) = oldest.map(|(text, _)| text.clone()) {
                plans.by_text.remove(&text);
            }
        }
        let now = plans.uses;
        plans
            .by_text
            .insert(text.into(), (Arc::clone(prepared), now));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use cosmokit_protocol::partition::PartitionKeyDefinition;
    use cosmokit_query::value::Value;
    use cosmokit_query::{QueryError, Schema};
    use serde_json::json;

    use super::*;

    fn prepare(text: &str) -> Result<PreparedQuery, QueryError> {
        PreparedQuery::prepare(
            text,
            &Schema::default(),
            &PartitionKeyDefinition::from("/pk"),
        )
    }

    #[test]
    fn a_text_is_prepared_once_and_the_least_used_gives_way() {
        let cache = PlanCache::default();
        let text = |n: usize| format!("SELECT {n}");
        let get = |n: usize| {
            cache
                .get_or_prepare(&text(n), || prepare(&text(n)))
                .unwrap()
        };
        let first = get(0);
        for n in 1..MAX_TEXTS {
            get(n);
        }
        assert!(Arc::ptr_eq(&first, &get(0)));
        get(MAX_TEXTS);
        assert!(Arc::ptr_eq(&first, &get(0)), "used lately");
        assert_eq!(cache.0.lock().unwrap().by_text.len(), MAX_TEXTS);
        assert!(cache.get_or_prepare("SELEC", || prepare("SELEC")).is_err());
    }

    #[test]
    fn parameters_of_any_value_and_type_share_a_plan_and_are_routed_each_by_itself() {
        let cache = PlanCache::default();
        let key = PartitionKeyDefinition::from("/pk");
        let text = "SELECT * FROM c WHERE c.pk = @pk";
        let mut prepared = 0;
        let mut routes = HashSet::new();
        let values = [json!("a"), json!("b"), json!(1), json!(null), json!(true)];
        for value in values.iter().cycle().take(1_000) {
            let query = cache.get_or_prepare(text, || {
                prepared += 1;
                prepare(text)
            });
            let plan = query.unwrap().plan([("@pk", Value::from(value))]).unwrap();
            routes.insert(format!("{:?}", plan.key_ranges().epk_ranges(&key)));
        }
        assert_eq!(prepared, 1, "999 of 1,000 are hits");
        assert_eq!(routes.len(), values.len());
    }
}
