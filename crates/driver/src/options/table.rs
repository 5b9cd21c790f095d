//! One row per option: from it the partial struct, its builder, the resolved settings, the reading of the
//! environment, the check of bounds and the documentation row are made, so that none can be forgotten.

/// Declares a group of options. See `options/operation.rs` for the form.
macro_rules! option_table {
    (
        $(#[$docs:meta])*
        options $Options:ident, builder $Builder:ident, settings $Settings:ident, rows $ROWS:ident;
        $(
            $(#[$field_docs:meta])*
            $name:ident, $with:ident: $T:ty => $S:ty {
                env: $env:tt, unit: $unit:literal, default: $default:expr, shown: $shown:literal,
                bounds: $bounds:literal, accepts: $accepts:expr, layers: $pick:ident, why: $why:literal $(,)?
            }
        )*
        $( => groups { $(
            $(#[$group_docs:meta])*
            $group:ident, $with_group:ident: $G:ty => $GS:ty;
        )* } )?
    ) => {
        $(#[$docs])*
        ///
        /// Each field is a wish: `None` leaves the decision to the next layer.
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $Options {
            $( $(#[$field_docs])* pub $name: Option<$T>, )*
            $( $( $(#[$group_docs])* pub $group: Option<$G>, )* )?
        }

        impl $Options {
            /// Starts with no wish.
            pub fn builder() -> $Builder {
                $Builder::new()
            }

            $( $(#[$field_docs])* pub fn $with(mut self, value: $T) -> Self {
                self.$name = Some(value);
                self
            } )*
            $( $( $(#[$group_docs])* pub fn $with_group(mut self, value: $G) -> Self {
                self.$group = Some(value);
                self
            } )* )?

            /// Whether there is no wish at all.
            #[allow(dead_code, reason = "only groups that layer per operation ask")]
            pub(crate) fn is_empty(&self) -> bool {
                true $( && self.$name.is_none() )* $( $( && self.$group.is_none() )* )?
            }

            /// What the environment wishes.
            pub(crate) fn from_environment(environment: &$crate::options::Environment) -> Self {
                let _ = environment;
                Self {
                    $( $name: option_table!(@env environment, $env, $accepts), )*
                    $( $( $group: Some(<$G>::from_environment(environment))
                        .filter(|group| !group.is_empty()), )* )?
                }
            }

            /// Refuses a wish outside its bounds.
            pub(crate) fn check(&self) -> $crate::error::Result<()> {
                $( if let Some(value) = &self.$name {
                    let accepts: fn(&$T) -> bool = $accepts;
                    if !accepts(value) {
                        return Err($crate::options::table::out_of_bounds(
                            stringify!($name), &format!("{value:?}"), $bounds,
                        ));
                    }
                } )*
                $( $( self.$group.as_ref().map_or(Ok(()), <$G>::check)?; )* )?
                Ok(())
            }

            /// What holds, of layers given highest first.
            pub(crate) fn resolve(layers: [Option<&Self>; $crate::options::table::LAYERS]) -> $Settings {
                $Settings {
                    $( $name: {
                        let wishes = layers.iter().filter_map(|layer| layer.as_ref()?.$name.as_ref());
                        option_table!(@pick $pick, wishes).map_or_else(|| $default, Into::into)
                    }, )*
                    $( $( $group: <$G>::resolve(
                        layers.map(|layer| layer.and_then(|layer| layer.$group.as_ref())),
                    ), )* )?
                }
            }
        }

        #[doc = concat!("Builds [`", stringify!($Options), "`].")]
        #[derive(Clone, Debug, Default)]
        #[must_use]
        pub struct $Builder($Options);

        impl $Builder {
            /// Starts with no wish.
            pub fn new() -> Self {
                Self::default()
            }

            $( $(#[$field_docs])* pub fn $with(mut self, value: $T) -> Self {
                self.0.$name = Some(value);
                self
            } )*
            $( $( $(#[$group_docs])* pub fn $with_group(mut self, value: $G) -> Self {
                self.0.$group = Some(value);
                self
            } )* )?
        }

        #[doc = concat!("[`", stringify!($Options), "`], resolved: nothing is left open.")]
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $Settings {
            $( $(#[$field_docs])* pub $name: $S, )*
            $( $( $(#[$group_docs])* pub $group: $GS, )* )?
        }

        #[doc = concat!("The rows of [`", stringify!($Options), "`].")]
        pub const $ROWS: &[$crate::options::OptionRow] = &[ $( $crate::options::OptionRow {
            group: stringify!($Options),
            name: stringify!($name),
            env: option_table!(@name $env),
            unit: $unit,
            default: $shown,
            bounds: $bounds,
            why: $why,
        } ),* ];
    };

    (@env $environment:ident, none, $accepts:expr) => { None };
    (@env $environment:ident, $env:literal, $accepts:expr) => { $environment.read($env, $accepts) };
    (@name none) => { None };
    (@name $env:literal) => { Some($env) };
    // The highest layer that has a wish decides.
    (@pick highest, $wishes:ident) => { { let mut wishes = $wishes; wishes.next().cloned() } };
    // All wishes count; where two meet, the higher layer decides.
    (@pick union, $wishes:ident) => { $crate::options::table::union($wishes) };
}

pub(crate) use option_table;

use std::collections::HashMap;
use std::hash::Hash;

use crate::error::{CosmosError, ErrorKind, client};

/// Environment, runtime, account, operation.
pub(crate) const LAYERS: usize = 4;

pub(crate) fn union<'a, K, V>(
    wishes: impl Iterator<Item = &'a HashMap<K, V>>,
) -> Option<HashMap<K, V>>
where
    K: Clone + Eq + Hash + 'a,
    V: Clone + 'a,
{
    let mut all: Option<HashMap<K, V>> = None;
    for wish in wishes {
        let all = all.get_or_insert_with(HashMap::new);
        for (name, value) in wish {
            all.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    all
}

pub(crate) fn out_of_bounds(name: &str, value: &str, bounds: &str) -> CosmosError {
    CosmosError::builder()
        .with_kind(ErrorKind::Configuration)
        .with_status(client::CONFIGURATION)
        .with_message(format!("the option {name} is {value}; it must be {bounds}"))
        .build()
}
