//! Prepared queries of one container, by text. What depends on the values of parameters is not kept: finding it
//! out costs less than a microsecond. Bounded; the one that was used least lately gives way.

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
    use cosmokit_protocol::partition::PartitionKeyDefinition;
    use cosmokit_query::{QueryError, Schema};

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
}
