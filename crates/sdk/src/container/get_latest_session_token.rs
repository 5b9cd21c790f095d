//! The session token for a part of the container, out of tokens for other parts.

use cosmokit_driver::CosmosError;
use cosmokit_protocol::partition::FeedRange;
use cosmokit_protocol::session::SessionToken;

use super::ContainerClient;

impl ContainerClient {
    /// Merges the tokens of those feed ranges that overlap `target`: a read of `target` with the result sees all that
    /// any of them has seen. For programs that carry session tokens themselves.
    ///
    /// ```no_run
    /// # fn f(container: &cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// use cosmokit::feed::FeedRange;
    /// use cosmokit::options::SessionToken;
    ///
    /// let seen = [
    ///     (FeedRange::full(), SessionToken::from("0:1#100#3=50")),
    ///     (FeedRange::full(), SessionToken::from("0:1#200#3=60")),
    /// ];
    /// let token = container.get_latest_session_token(&seen, &FeedRange::full())?;
    /// assert_eq!(token.as_str(), "0:1#200#3=60");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 400 when no range overlaps `target`, or a token is malformed.
    #[expect(
        clippy::unused_self,
        reason = "the published signature has the client; tokens are of its container"
    )]
    pub fn get_latest_session_token(
        &self,
        feed_ranges_to_session_tokens: &[(FeedRange, SessionToken)],
        target_feed_range: &FeedRange,
    ) -> crate::Result<SessionToken> {
        latest(feed_ranges_to_session_tokens, target_feed_range)
    }
}

fn latest(tokens: &[(FeedRange, SessionToken)], target: &FeedRange) -> crate::Result<SessionToken> {
    let overlapping = tokens
        .iter()
        .filter(|(range, _)| range.overlaps(target))
        .map(|(_, token)| token);
    let merged = SessionToken::merge_all(overlapping).map_err(|why| {
        CosmosError::builder()
            .with_message("a session token is malformed")
            .with_source(why)
            .build()
    })?;
    merged.ok_or_else(|| {
        CosmosError::builder()
            .with_message("no session token belongs to a range that overlaps the target")
            .build()
    })
}

#[cfg(test)]
mod tests {
    use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange};

    use super::*;

    fn range(min: &str, max: &str) -> FeedRange {
        let point = |hex: &str| EffectivePartitionKey::from_hex(hex).unwrap();
        FeedRange::from(EpkRange::new(point(min), point(max)).unwrap())
    }

    fn check(tokens: &[(FeedRange, &str)], target: &FeedRange, expected: Option<&str>) {
        let tokens: Vec<_> = tokens
            .iter()
            .map(|(range, token)| (range.clone(), SessionToken::from(*token)))
            .collect();
        let merged = latest(&tokens, target).ok();
        assert_eq!(
            merged.as_ref().map(SessionToken::as_str),
            expected,
            "{tokens:?}"
        );
    }

    #[test]
    fn tokens_of_overlapping_ranges_are_merged() {
        let (all, low, high) = (FeedRange::full(), range("", "80"), range("80", "FF"));
        check(
            &[(low.clone(), "0:1#5"), (high.clone(), "1:1#7")],
            &all,
            Some("0:1#5,1:1#7"),
        );
        check(
            &[(low.clone(), "0:1#5"), (high.clone(), "1:1#7")],
            &high,
            Some("1:1#7"),
        );
        check(
            &[
                (low.clone(), "0:1#5"),
                (low.clone(), "0:1#9"),
                (all, "0:1#7"),
            ],
            &low,
            Some("0:1#9"),
        );
        check(&[(low.clone(), "0:1#5")], &high, None);
        check(&[], &low, None);
        check(&[(low.clone(), "not a token")], &low, None);
    }
}
