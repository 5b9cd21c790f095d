//! The four layers of operation options, and their resolution once per operation. The three layers below
//! the operation are resolved together and kept until one of them changes, so that an operation without
//! wishes of its own costs two pointer reads.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::{OperationOptions, OperationSettings};
use crate::error::Result;

/// The layers that lie below an operation.
#[derive(Debug)]
pub(crate) struct OptionLayers {
    environment: Arc<OperationOptions>,
    /// Shared with the runtime, which may change it while running.
    runtime: Arc<ArcSwap<OperationOptions>>,
    account: Arc<OperationOptions>,
    base: ArcSwap<Base>,
}

/// The layers below an operation, resolved.
#[derive(Debug)]
struct Base {
    /// The runtime layer that this was resolved with.
    runtime: Arc<OperationOptions>,
    settings: Arc<OperationSettings>,
}

impl OptionLayers {
    pub(crate) fn new(
        environment: Arc<OperationOptions>,
        runtime: Arc<ArcSwap<OperationOptions>>,
        account: Arc<OperationOptions>,
    ) -> Self {
        let now = runtime.load_full();
        let settings = resolve(&environment, &now, &account, None);
        let base = ArcSwap::from_pointee(Base {
            runtime: now,
            settings: Arc::new(settings),
        });
        Self {
            environment,
            runtime,
            account,
            base,
        }
    }

    /// What holds for an operation with these options.
    ///
    /// # Errors
    /// When one of `options` is outside its bounds.
    pub(crate) fn resolve(&self, options: &OperationOptions) -> Result<Arc<OperationSettings>> {
        let runtime = self.runtime.load();
        if options.is_empty() {
            let base = self.base.load();
            if Arc::ptr_eq(&base.runtime, &runtime) {
                return Ok(Arc::clone(&base.settings));
            }
            let settings = Arc::new(resolve(&self.environment, &runtime, &self.account, None));
            let base = Base {
                runtime: Arc::clone(&runtime),
                settings: Arc::clone(&settings),
            };
            self.base.store(Arc::new(base));
            return Ok(settings);
        }
        options.check()?;
        Ok(Arc::new(resolve(
            &self.environment,
            &runtime,
            &self.account,
            Some(options),
        )))
    }
}

fn resolve(
    environment: &OperationOptions,
    runtime: &OperationOptions,
    account: &OperationOptions,
    operation: Option<&OperationOptions>,
) -> OperationSettings {
    OperationOptions::resolve([operation, Some(account), Some(runtime), Some(environment)])
}
