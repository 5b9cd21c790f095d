//! The value that travels: a carried session, encoded within its budget, protected, as base64url.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Rejected;
use crate::budget::{Budget, Pruned, fit};
use crate::carried::{Carried, Seconds};
use crate::entropy::NoEntropy;
use crate::format::{Decoded, MAX_BYTES, decode};
use crate::seal::{Purpose, Sealer};

/// Characters of a value that are looked at: what [`MAX_BYTES`] of payload and the protection take.
pub(super) const MAX_VALUE_CHARS: usize = (MAX_BYTES + 64) * 4 / 3 + 4;

/// Settings of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueOptions {
    /// Characters of a value at most. Default 3,500, so that a cookie with its name and attributes
    /// stays below the 4,096 that browsers take. At least 128.
    pub max_chars: usize,
    /// Seconds after which a position is forgotten. Default 600: longer than the longest lag that
    /// reads are to be protected from.
    pub lifetime: u64,
}

impl Default for ValueOptions {
    fn default() -> Self {
        Self {
            max_chars: 3_500,
            lifetime: 600,
        }
    }
}

/// Makes and reads values of one app and carrier.
#[derive(Clone, Debug)]
pub struct Values {
    sealer: Sealer,
    app: String,
    carrier: String,
    options: ValueOptions,
}

/// A value, ready to travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The value: letters, digits, `-` and `_`.
    pub text: String,
    /// What gave way to the budget.
    pub pruned: Pruned,
}

impl Values {
    /// Values of `app` that travel by `carrier`.
    pub fn new(
        sealer: Sealer,
        app: impl Into<String>,
        carrier: impl Into<String>,
        options: ValueOptions,
    ) -> Self {
        Self {
            sealer,
            app: app.into(),
            carrier: carrier.into(),
            options,
        }
    }

    /// The settings.
    pub fn options(&self) -> ValueOptions {
        self.options
    }

    /// Makes the value of a session; `None` when there is nothing to carry.
    ///
    /// # Errors
    /// [`NoEntropy`] when the operating system gives no random bytes.
    pub fn close(
        &self,
        carried: &Carried,
        binding: Option<&[u8]>,
        now: Seconds,
    ) -> Result<Option<Closed>, NoEntropy> {
        let bytes = self.options.max_chars / 4 * 3;
        let budget = Budget {
            bytes: bytes.saturating_sub(self.sealer.overhead()),
            lifetime: self.options.lifetime,
        };
        let fitted = fit(carried, budget, now);
        if fitted.carried.is_empty() {
            return Ok(None);
        }
        let protected = self.sealer.protect(&fitted.bytes, &self.purpose(binding))?;
        Ok(Some(Closed {
            text: URL_SAFE_NO_PAD.encode(protected),
            pruned: fitted.pruned,
        }))
    }

    /// Reads a value that came from outside. What has expired is left out.
    ///
    /// # Errors
    /// [`Rejected`] with the reason; never more than a count in a metric to the user.
    pub fn open(
        &self,
        text: &str,
        binding: Option<&[u8]>,
        now: Seconds,
    ) -> Result<Decoded, Rejected> {
        if text.len() > MAX_VALUE_CHARS {
            return Err(Rejected::TooLong);
        }
        let protected = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| Rejected::Encoding)?;
        let payload = self.sealer.open(&protected, &self.purpose(binding))?;
        let mut decoded = decode(&payload)?;
        if decoded.issued > now.plus(MAX_CLOCK_SKEW) {
            return Err(Rejected::FromTheFuture);
        }
        decoded.carried.expire(now, self.options.lifetime);
        Ok(decoded)
    }

    fn purpose(&self, binding: Option<&[u8]>) -> Purpose {
        let purpose = Purpose::new(self.app.as_str(), self.carrier.as_str());
        match binding {
            Some(binding) => purpose.bound_to(binding),
            None => purpose,
        }
    }
}

/// Seconds by which the clocks of instances may differ.
const MAX_CLOCK_SKEW: u64 = 300;
