//! The macro that turns lines into rows and constants.

/// First the emitter, then one line per row: status, substatus (`-` for the status alone),
/// constant, name, client action, meaning.
macro_rules! rows {
    ($emitter:ident; $($status:literal $code:tt $constant:ident $name:literal $action:ident $meaning:literal;)*) => {
        $(
            #[doc = concat!(stringify!($status), "/", stringify!($code), ": ", $meaning)]
            pub const $constant: $crate::status::CosmosStatus =
                $crate::status::codes::rows::pair!($status $code);
        )*

        pub(super) const ROWS: &[$crate::status::StatusRow] = &[$(
            $crate::status::StatusRow {
                status: $constant,
                name: $name,
                emitter: $crate::status::Emitter::$emitter,
                action: $crate::status::ClientAction::$action,
                meaning: $meaning,
            },
        )*];

        pub(super) mod numbers {
            $($crate::status::codes::rows::number!($constant $code $meaning);)*
        }
    };
}

macro_rules! pair {
    ($status:literal -) => {
        $crate::status::CosmosStatus::new($crate::status::codes::rows::http_status($status))
    };
    ($status:literal $code:literal) => {
        $crate::status::codes::rows::pair!($status -).with_sub_status($code)
    };
}

macro_rules! number {
    ($constant:ident - $meaning:literal) => {};
    ($constant:ident $code:literal $meaning:literal) => {
        #[doc = concat!(stringify!($code), ": ", $meaning)]
        pub const $constant: $crate::status::SubStatusCode =
            $crate::status::SubStatusCode::new($code);
    };
}

pub(in crate::status) use {number, pair, rows};

/// A status from its number, when the program is compiled.
pub(in crate::status) const fn http_status(number: u16) -> http::StatusCode {
    match http::StatusCode::from_u16(number) {
        Ok(status) => status,
        Err(_) => panic!("a status has three digits"),
    }
}
