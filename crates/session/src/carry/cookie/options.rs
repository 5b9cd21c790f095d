//! Names and attributes of cookies, checked once.

use super::DEFAULT_PREFIX;

/// When browsers send a cookie along with requests that come from other sites.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SameSite {
    /// Only when the user follows a link. The default: a link from a mail finds the session.
    #[default]
    Lax,
    /// Never: the first page behind a link from elsewhere does without.
    Strict,
    /// Always; needs `Secure`. For apps that are embedded in other sites.
    None,
}

/// Names and attributes of the cookies of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieOptions {
    prefix: String,
    path: String,
    domain: Option<String>,
    same_site: SameSite,
    secure: bool,
    partitioned: bool,
}

/// Why cookies cannot be like this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CookieError {
    /// The prefix is empty, long, or has characters that names cannot have.
    #[error(
        "the cookie prefix {0:?} must be 1 to 64 letters, digits, hyphens, dots or underscores"
    )]
    Prefix(String),
    /// The path does not begin with a slash, or has characters that attributes cannot have.
    #[error(
        "the cookie path {0:?} must begin with a slash and hold neither semicolons nor controls"
    )]
    Path(String),
    /// The domain has characters that domains cannot have.
    #[error("the cookie domain {0:?} must be letters, digits, hyphens and dots")]
    Domain(String),
    /// Browsers drop such cookies.
    #[error("{0} needs the attribute Secure")]
    NeedsSecure(&'static str),
}

impl Default for CookieOptions {
    fn default() -> Self {
        Self {
            prefix: DEFAULT_PREFIX.to_owned(),
            path: "/".to_owned(),
            domain: None,
            same_site: SameSite::default(),
            secure: true,
            partitioned: false,
        }
    }
}

impl CookieOptions {
    /// `csmsdb-…`, `HttpOnly; Secure; SameSite=Lax; Path=/`, for the host that set them only.
    pub fn new() -> Self {
        Self::default()
    }

    /// What names begin with. Default `csmsdb-`. Two apps on one host need two prefixes.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Paths below which the cookies are sent. Default `/`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// A domain with all its subdomains. Default: none, the host alone.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Whether requests from other sites carry them. Default [`SameSite::Lax`].
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// Leaves `Secure` out, so that browsers send the cookies over plain HTTP. For development:
    /// anybody on the way can take and replay them.
    pub fn allow_plain_http(mut self) -> Self {
        self.secure = false;
        self
    }

    /// Keeps a separate jar for each site that embeds the app (CHIPS). Default: not.
    pub fn partitioned(mut self) -> Self {
        self.partitioned = true;
        self
    }

    /// Checks what was chosen.
    ///
    /// # Errors
    /// [`CookieError`] for the first choice that browsers would not take.
    pub fn check(&self) -> Result<(), CookieError> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if self.prefix.is_empty() || self.prefix.len() > 64 || !self.prefix.chars().all(is_name) {
            return Err(CookieError::Prefix(self.prefix.clone()));
        }
        let is_attribute = |c: char| c.is_ascii_graphic() && c != ';';
        if !self.path.starts_with('/') || !self.path.chars().all(is_attribute) {
            return Err(CookieError::Path(self.path.clone()));
        }
        let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        if let Some(domain) = self.domain.as_ref()
            && (domain.is_empty() || !domain.chars().all(is_host))
        {
            return Err(CookieError::Domain(domain.clone()));
        }
        if !self.secure && self.same_site == SameSite::None {
            return Err(CookieError::NeedsSecure("SameSite=None"));
        }
        if !self.secure && self.partitioned {
            return Err(CookieError::NeedsSecure("Partitioned"));
        }
        Ok(())
    }

    /// What was chosen as prefix.
    pub(crate) fn chosen_prefix(&self) -> &str {
        &self.prefix
    }

    /// What full names begin with: browsers keep cookies whose names begin with `__Host-` to this
    /// host and to HTTPS, when their attributes say the same.
    pub(super) fn full_prefix(&self) -> String {
        let is_host_only = self.secure && self.domain.is_none() && self.path == "/";
        let guard = if is_host_only { "__Host-" } else { "" };
        format!("{guard}{}", self.prefix)
    }

    /// A `Set-Cookie` line.
    pub(super) fn line(&self, name: &str, value: &str, max_age: u64) -> String {
        let mut line = format!(
            "{name}={value}; Path={}; Max-Age={max_age}; HttpOnly",
            self.path
        );
        if let Some(domain) = &self.domain {
            line.push_str("; Domain=");
            line.push_str(domain);
        }
        if self.secure {
            line.push_str("; Secure");
        }
        line.push_str(match self.same_site {
            SameSite::Lax => "; SameSite=Lax",
            SameSite::Strict => "; SameSite=Strict",
            SameSite::None => "; SameSite=None",
        });
        if self.partitioned {
            line.push_str("; Partitioned");
        }
        line
    }
}
