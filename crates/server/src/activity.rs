//! What a connection is doing, told apart without a clock: waiting, in the middle of a request's
//! headers, or busy. The stream reports bytes, the service reports requests; the connection's timer
//! reads the phase only when it fires.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Shared notes of one connection. Written by its own task and its streams' tasks, so that relaxed
/// ordering is enough: a late look costs one timer period.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    running: AtomicU32,
    started: AtomicU64,
    unclaimed_bytes: AtomicBool,
    multiplexed: AtomicBool,
}

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// At least one request is being answered.
    Busy,
    /// Bytes arrived that no request has come out of yet.
    MidHeaders,
    /// Nothing is under way.
    Idle,
}

impl Activity {
    /// What the connection is doing now.
    pub(crate) fn phase(&self) -> Phase {
        if self.running.load(Relaxed) > 0 {
            Phase::Busy
        } else if self.unclaimed_bytes.load(Relaxed) && !self.multiplexed.load(Relaxed) {
            Phase::MidHeaders
        } else {
            Phase::Idle
        }
    }

    /// Requests begun so far.
    pub(crate) fn started(&self) -> u64 {
        self.started.load(Relaxed)
    }

    /// Notes that a request's headers are complete; it runs until the guard is dropped.
    pub(crate) fn begin(self: &Arc<Self>, version: http::Version) -> Running {
        if version == http::Version::HTTP_2 {
            // From here on bytes without a request are ordinary: window updates, pings.
            self.multiplexed.store(true, Relaxed);
        }
        self.unclaimed_bytes.store(false, Relaxed);
        self.started.fetch_add(1, Relaxed);
        self.running.fetch_add(1, Relaxed);
        Running(Arc::clone(self))
    }

    fn bytes_arrived(&self) {
        if self.running.load(Relaxed) == 0 {
            self.unclaimed_bytes.store(true, Relaxed);
        }
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(crate) struct Running(Arc<Activity>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Relaxed);
    }
}

pin_project! {
    /// A stream that notes the arrival of bytes.
    #[derive(Debug)]
    pub(crate) struct WatchedStream<S> {
        #[pin]
        stream: S,
        activity: Arc<Activity>,
    }
}

impl<S> WatchedStream<S> {
    pub(crate) fn new(stream: S, activity: Arc<Activity>) -> Self {
        Self { stream, activity }
    }
}

impl<S: AsyncRead> AsyncRead for WatchedStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.project();
        let before = buffer.filled().len();
        let polled = this.stream.poll_read(cx, buffer);
        if buffer.filled().len() > before {
            this.activity.bytes_arrived();
        }
        polled
    }
}

impl<S: AsyncWrite> AsyncWrite for WatchedStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.project().stream.poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().stream.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().stream.poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.project().stream.poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use http::Version;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn bytes_without_a_request_are_headers_in_the_making() {
        let activity = Arc::new(Activity::default());
        let (mut far, near) = tokio::io::duplex(64);
        let mut near = WatchedStream::new(near, Arc::clone(&activity));
        assert_eq!(activity.phase(), Phase::Idle);
        far.write_all(b"GET").await.unwrap();
        let mut read = [0; 3];
        near.read_exact(&mut read).await.unwrap();
        assert_eq!(activity.phase(), Phase::MidHeaders);
        let running = activity.begin(Version::HTTP_11);
        assert_eq!(activity.phase(), Phase::Busy);
        far.write_all(b"bod").await.unwrap();
        near.read_exact(&mut read).await.unwrap();
        drop(running);
        assert_eq!(
            activity.phase(),
            Phase::Idle,
            "the body belonged to the request"
        );
        assert_eq!(activity.started(), 1);
    }

    #[tokio::test]
    async fn http_2_frames_between_requests_are_not_headers() {
        let activity = Arc::new(Activity::default());
        let (mut far, near) = tokio::io::duplex(64);
        let mut near = WatchedStream::new(near, Arc::clone(&activity));
        drop(activity.begin(Version::HTTP_2));
        far.write_all(b"ack").await.unwrap();
        near.read_exact(&mut [0; 3]).await.unwrap();
        assert_eq!(activity.phase(), Phase::Idle);
    }
}
