//! What a protected value is for.

/// What a protected value is for: part of what the seal covers, and never sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Purpose {
    app: String,
    carrier: String,
    binding: Option<Vec<u8>>,
}

impl Purpose {
    /// Values of this app that travel by this carrier: `cookie:csmsdb`, `header:cosmos-session`.
    pub fn new(app: impl Into<String>, carrier: impl Into<String>) -> Self {
        Self {
            app: app.into(),
            carrier: carrier.into(),
            binding: None,
        }
    }

    /// The same, for one user only: a value that another user sends is refused. The binding is any
    /// stable text of the user's login session; it is not sent.
    pub fn bound_to(mut self, binding: impl Into<Vec<u8>>) -> Self {
        self.binding = Some(binding.into());
        self
    }

    /// The bytes that the seal covers: each part with its length, so that no two purposes agree.
    pub(super) fn associated_data(&self) -> Vec<u8> {
        let mut data = b"cosmokit-session\x01".to_vec();
        let mut put = |part: &[u8]| {
            data.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            data.extend_from_slice(part);
        };
        put(self.app.as_bytes());
        put(self.carrier.as_bytes());
        if let Some(binding) = &self.binding {
            put(binding);
        }
        data
    }
}
