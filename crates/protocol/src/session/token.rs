//! The text of a session token as callers hold it: opaque, unchecked until it is used.

use std::borrow::Cow;
use std::fmt;

use super::composite::CompositeToken;
use super::error::SessionTokenError;
use super::range_token::RangeToken;
use super::segment::SessionTokenSegment;

/// A session token: what the service handed out, to be given back with a later read.
///
/// Any text is accepted and sent verbatim; methods that look inside parse it and may fail.
///
/// ```
/// use cosmokit_protocol::session::SessionToken;
///
/// let mine = SessionToken::new("0:1#9#4=8");
/// let theirs = SessionToken::new("0:1#7#4=9,1:1#3");
/// assert_eq!(mine.merge(&theirs)?.as_str(), "0:1#9#4=9,1:1#3");
/// # Ok::<(), cosmokit_protocol::session::SessionTokenError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionToken(String);

impl SessionToken {
    /// A token from its text, unchecked.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// A token from its text, checked.
    ///
    /// # Errors
    /// As [`CompositeToken::parse`].
    pub fn parse(text: &str) -> Result<Self, SessionTokenError> {
        CompositeToken::parse(text)?;
        Ok(Self::new(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parsed form.
    ///
    /// # Errors
    /// As [`CompositeToken::parse`].
    pub fn composite(&self) -> Result<CompositeToken, SessionTokenError> {
        CompositeToken::parse(&self.0)
    }

    /// The merge of two tokens, per partition key range; see [`CompositeToken::merge`].
    /// A blank token adds nothing.
    ///
    /// # Errors
    /// When one of them is malformed, or both are blank, or the merge has too many segments.
    pub fn merge(&self, other: &Self) -> Result<Self, SessionTokenError> {
        if other.0.trim_ascii().is_empty() {
            return self.composite().map(|own| own.to_session_token());
        }
        if self.0.trim_ascii().is_empty() {
            return other.composite().map(|theirs| theirs.to_session_token());
        }
        let mut merged = self.composite()?;
        merged.merge(&other.composite()?)?;
        Ok(merged.to_session_token())
    }

    /// The merge of any number of tokens, independent of their order; `None` when there are none.
    /// See [`CompositeToken::merge_all`].
    ///
    /// # Errors
    /// When one of them is malformed, or the merge has too many segments.
    pub fn merge_all<'a>(
        tokens: impl IntoIterator<Item = &'a Self>,
    ) -> Result<Option<Self>, SessionTokenError> {
        let parsed = tokens.into_iter().map(Self::composite);
        let parsed = parsed.collect::<Result<Vec<_>, _>>()?;
        let merged = CompositeToken::merge_all(&parsed)?;
        Ok((!merged.is_empty()).then(|| merged.to_session_token()))
    }

    /// Whether every range of `other` is known here with a position that is not behind.
    ///
    /// # Errors
    /// When one of them is malformed.
    pub fn is_at_least_as_recent(&self, other: &Self) -> Result<bool, SessionTokenError> {
        Ok(self.composite()?.is_at_least_as_recent(&other.composite()?))
    }

    /// The position seen in one partition key range.
    ///
    /// # Errors
    /// When the token is malformed.
    pub fn for_range(&self, range: &str) -> Result<Option<RangeToken>, SessionTokenError> {
        Ok(self.composite()?.for_range(range).cloned())
    }

    /// The part that a request to one range needs; see [`CompositeToken::narrow`].
    ///
    /// # Errors
    /// When the token is malformed.
    pub fn narrow<P: AsRef<str>>(
        &self,
        range: &str,
        parents: &[P],
    ) -> Result<Option<Self>, SessionTokenError> {
        let segment = self.composite()?.narrow(range, parents);
        Ok(segment.as_ref().map(Self::from))
    }
}

impl From<&str> for SessionToken {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for SessionToken {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&String> for SessionToken {
    fn from(text: &String) -> Self {
        Self::new(text)
    }
}

impl From<Cow<'_, str>> for SessionToken {
    fn from(text: Cow<'_, str>) -> Self {
        Self(text.into_owned())
    }
}

impl From<&SessionTokenSegment> for SessionToken {
    fn from(segment: &SessionTokenSegment) -> Self {
        Self(segment.to_string())
    }
}

impl From<SessionTokenSegment> for SessionToken {
    fn from(segment: SessionTokenSegment) -> Self {
        Self::from(&segment)
    }
}

impl From<&CompositeToken> for SessionToken {
    fn from(token: &CompositeToken) -> Self {
        token.to_session_token()
    }
}

impl From<CompositeToken> for SessionToken {
    fn from(token: CompositeToken) -> Self {
        token.to_session_token()
    }
}

impl From<SessionToken> for String {
    fn from(token: SessionToken) -> Self {
        token.0
    }
}

impl AsRef<str> for SessionToken {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
