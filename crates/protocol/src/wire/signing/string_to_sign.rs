//! The text that a master key signs.
//!
//! ```text
//! lower(verb) \n lower(resource type) \n link \n lower(x-ms-date) \n lower(date) \n
//! ```
//!
//! Five lines, each ended by a newline, so the text ends in two newlines when `date` is empty,
//! which is the rule: clients send `x-ms-date`.

use std::fmt;

use http::Method;

/// What a master-key signature covers. `Display` writes the text, as the service quotes it when a
/// signature does not match.
///
/// ```
/// use cosmokit_protocol::wire::signing::StringToSign;
///
/// let text = StringToSign {
///     method: &http::Method::GET,
///     resource_type: "docs",
///     link: "dbs/MyDb/colls/C/docs/Id",
///     x_ms_date: "Thu, 27 Apr 2017 00:51:12 GMT",
///     http_date: "",
/// };
/// assert_eq!(
///     text.to_string(),
///     "get\ndocs\ndbs/MyDb/colls/C/docs/Id\nthu, 27 apr 2017 00:51:12 gmt\n\n"
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StringToSign<'a> {
    /// The verb of the request.
    pub method: &'a Method,
    /// The path segment of the resource's kind, such as `docs`; empty for the account.
    pub resource_type: &'a str,
    /// The link: of the item for an operation on it, of the parent for a feed; empty at the root.
    /// Names keep their case and are not percent-encoded; a link by resource id is the id alone
    /// in lower case.
    pub link: &'a str,
    /// The value of `x-ms-date`, RFC 1123; empty when the request has none.
    pub x_ms_date: &'a str,
    /// The value of `date`; empty when `x-ms-date` is sent.
    pub http_date: &'a str,
}

impl StringToSign<'_> {
    /// Hands the text to `sink` piece by piece, without building it.
    pub(super) fn for_each_piece(&self, mut sink: impl FnMut(&[u8])) {
        lower(self.method.as_str(), &mut sink);
        sink(b"\n");
        lower(self.resource_type, &mut sink);
        sink(b"\n");
        sink(self.link.as_bytes());
        sink(b"\n");
        lower(self.x_ms_date, &mut sink);
        sink(b"\n");
        lower(self.http_date, &mut sink);
        sink(b"\n");
    }
}

/// Passes on `text` in lower case (ASCII: verbs, kinds and dates have nothing else).
fn lower(text: &str, sink: &mut impl FnMut(&[u8])) {
    // A date has 29 characters, so one round is the rule.
    let mut buffer = [0_u8; 32];
    for chunk in text.as_bytes().chunks(buffer.len()) {
        let (piece, _) = buffer.split_at_mut(chunk.len());
        piece.copy_from_slice(chunk);
        piece.make_ascii_lowercase();
        sink(piece);
    }
}

impl fmt::Display for StringToSign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lower = |text: &str| text.to_ascii_lowercase();
        writeln!(f, "{}", lower(self.method.as_str()))?;
        writeln!(f, "{}", lower(self.resource_type))?;
        writeln!(f, "{}", self.link)?;
        writeln!(f, "{}", lower(self.x_ms_date))?;
        writeln!(f, "{}", lower(self.http_date))
    }
}
