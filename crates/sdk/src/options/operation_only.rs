//! The options of calls that have no wishes of their own.

/// Declares the options of one call that has no wishes of its own: `OperationOptions` and their setter.
macro_rules! operation_options_only {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default)]
            #[non_exhaustive]
            pub struct $name {
                /// The settings of this call that every operation knows.
                pub operation: cosmokit_driver::options::OperationOptions,
            }

            impl $name {
                /// Sets the settings that every operation knows.
                pub fn with_operation_options(
                    mut self,
                    operation: cosmokit_driver::options::OperationOptions,
                ) -> Self {
                    self.operation = operation;
                    self
                }
            }
        )+
    };
}
pub(super) use operation_options_only;
