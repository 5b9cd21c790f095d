//! A future inside its spans: each time it is polled, they are the current ones.

use std::future::{Future, poll_fn};
use std::pin::Pin;

use super::Scope;

/// Runs `future`, which its owner has pinned where it is, so that it is not moved for this.
pub(crate) fn inside<'a, F: Future>(
    mut future: Pin<&'a mut F>,
    span: &'a tracing::Span,
    scope: Option<&'a Scope>,
) -> impl Future<Output = F::Output> + use<'a, F> {
    poll_fn(move |context| {
        let _entered = span.enter();
        let _attached = scope.map(Scope::attach);
        future.as_mut().poll(context)
    })
}
