//! The macro that turns a table of header names into constants.

/// One line per header: constant, name in lower case, documentation.
macro_rules! header_names {
    ($($constant:ident $name:literal $about:literal;)*) => {
        $(
            #[doc = concat!("`", $name, "`: ", $about)]
            pub const $constant: http::HeaderName = http::HeaderName::from_static($name);
        )*

        #[cfg(test)]
        pub(super) fn all() -> Vec<(&'static str, http::HeaderName)> {
            vec![$((stringify!($constant), $constant),)*]
        }
    };
}

pub(super) use header_names;
