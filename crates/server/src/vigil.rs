//! Watches one connection's time: headers that do not end, silence, and the server's shutdown.
//! It decides; the connection acts. On the path of a request it costs two loads, because its timer
//! is only moved when the phase asks for it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::activity::{Activity, Phase};
use crate::config::Limits;
use crate::shutdown::ShutdownSignal;

/// What the connection shall do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Finish what runs and take nothing new.
    Drain,
    /// Close now.
    Close,
}

/// What the timer is set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alarm {
    /// The next look at silence; holds the count of requests at the last look.
    Silence { started: u64 },
    /// The end of headers that began after this many requests.
    Headers { started: u64 },
    /// The end of a drain.
    Drained,
}

/// The watch over one connection.
pub(crate) struct Vigil {
    activity: Arc<Activity>,
    shutdown: ShutdownSignal,
    begun: Pin<Box<dyn Future<Output = ()> + Send>>,
    timer: Pin<Box<Sleep>>,
    alarm: Alarm,
    limits: VigilLimits,
    registered: bool,
}

/// The durations that a vigil keeps.
#[derive(Debug, Clone, Copy)]
struct VigilLimits {
    header_read: std::time::Duration,
    idle: std::time::Duration,
}

impl Vigil {
    /// Starts to watch.
    pub(crate) fn new(activity: Arc<Activity>, shutdown: ShutdownSignal, limits: &Limits) -> Self {
        let limits = VigilLimits {
            header_read: limits.header_read_timeout,
            idle: limits.idle_timeout,
        };
        let mut listening = shutdown.clone();
        Self {
            begun: Box::pin(async move { listening.begun().await }),
            timer: Box::pin(sleep_until(Instant::now() + limits.idle)),
            alarm: Alarm::Silence {
                started: activity.started(),
            },
            activity,
            shutdown,
            limits,
            registered: false,
        }
    }

    /// Ready when the connection has to act. To be polled after the connection itself.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Verdict> {
        if !self.registered {
            // One poll leaves the waker with both; afterwards their flags are enough.
            self.registered = true;
            let _ = self.begun.as_mut().poll(cx);
            let _ = self.timer.as_mut().poll(cx);
        }
        if self.alarm != Alarm::Drained && self.shutdown.has_begun() {
            return self.drain(cx);
        }
        let started = self.activity.started();
        let mid_headers = self.activity.phase() == Phase::MidHeaders;
        let awaited = Alarm::Headers { started };
        if mid_headers && self.alarm != awaited && self.alarm != Alarm::Drained {
            self.set(awaited, self.limits.header_read, cx);
        }
        if !self.timer.is_elapsed() {
            return Poll::Pending;
        }
        match self.alarm {
            Alarm::Drained => Poll::Ready(Verdict::Close),
            Alarm::Headers { .. } if mid_headers => Poll::Ready(Verdict::Close),
            Alarm::Silence { started: before }
                if before == started && self.activity.phase() == Phase::Idle =>
            {
                self.drain(cx)
            }
            Alarm::Silence { .. } | Alarm::Headers { .. } => {
                self.set(Alarm::Silence { started }, self.limits.idle, cx);
                Poll::Pending
            }
        }
    }

    fn drain(&mut self, cx: &mut Context<'_>) -> Poll<Verdict> {
        // The server bounds a shutdown's drain itself; this bound is for a peer that never answers
        // the farewell of a silent connection.
        let patience = match self.activity.phase() {
            Phase::Busy => self.limits.idle,
            Phase::MidHeaders | Phase::Idle => self.limits.header_read,
        };
        self.set(Alarm::Drained, patience, cx);
        Poll::Ready(Verdict::Drain)
    }

    fn set(&mut self, alarm: Alarm, after: std::time::Duration, cx: &mut Context<'_>) {
        self.alarm = alarm;
        self.timer.as_mut().reset(Instant::now() + after);
        let _ = self.timer.as_mut().poll(cx);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use http::Version;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::activity::WatchedStream;
    use crate::shutdown::ShutdownHandle;

    const HEADERS: Duration = Duration::from_secs(30);
    const IDLE: Duration = Duration::from_secs(600);

    struct Scene {
        activity: Arc<Activity>,
        handle: ShutdownHandle,
        vigil: Vigil,
        begun: Instant,
    }

    fn scene() -> Scene {
        let activity = Arc::new(Activity::default());
        let handle = ShutdownHandle::new();
        let limits = Limits {
            header_read_timeout: HEADERS,
            idle_timeout: IDLE,
            ..Limits::default()
        };
        let vigil = Vigil::new(Arc::clone(&activity), handle.subscribe(), &limits);
        Scene {
            activity,
            handle,
            vigil,
            begun: Instant::now(),
        }
    }

    impl Scene {
        async fn verdict(&mut self) -> (Verdict, Duration) {
            let verdict = poll_fn(|cx| self.vigil.poll(cx)).await;
            (verdict, self.begun.elapsed())
        }

        async fn bytes(&self) {
            let (mut far, near) = tokio::io::duplex(8);
            far.write_all(b"x").await.unwrap();
            let mut near = WatchedStream::new(near, Arc::clone(&self.activity));
            near.read_exact(&mut [0]).await.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_connection_is_drained_and_then_closed() {
        let mut scene = scene();
        assert_eq!(scene.verdict().await, (Verdict::Drain, IDLE));
        assert_eq!(scene.verdict().await, (Verdict::Close, IDLE + HEADERS));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_in_between_puts_silence_off() {
        let mut scene = scene();
        drop(scene.activity.begin(Version::HTTP_11));
        assert_eq!(scene.verdict().await, (Verdict::Drain, 2 * IDLE));
    }

    #[tokio::test(start_paused = true)]
    async fn headers_that_do_not_end_close_the_connection() {
        let mut scene = scene();
        scene.bytes().await;
        assert_eq!(scene.verdict().await, (Verdict::Close, HEADERS));
    }

    #[tokio::test(start_paused = true)]
    async fn each_request_has_the_whole_time_for_its_headers() {
        let mut scene = scene();
        scene.bytes().await;
        let waiting = poll_fn(|cx| Poll::Ready(scene.vigil.poll(cx))).await;
        assert_eq!(waiting, Poll::Pending);
        drop(scene.activity.begin(Version::HTTP_11));
        tokio::time::advance(Duration::from_secs(29)).await;
        scene.bytes().await;
        let (verdict, at) = scene.verdict().await;
        assert_eq!(verdict, Verdict::Close);
        assert_eq!(at, Duration::from_secs(29) + HEADERS);
    }

    #[tokio::test(start_paused = true)]
    async fn a_running_request_is_never_closed_by_silence() {
        let mut scene = scene();
        let running = scene.activity.begin(Version::HTTP_11);
        let cut = tokio::time::timeout(10 * IDLE, scene.verdict()).await;
        assert!(cut.is_err());
        drop(running);
        assert_eq!(scene.verdict().await.0, Verdict::Drain);
    }

    #[tokio::test(start_paused = true)]
    async fn shutdown_drains_at_once() {
        let mut scene = scene();
        let running = scene.activity.begin(Version::HTTP_11);
        scene.handle.begin();
        assert_eq!(scene.verdict().await, (Verdict::Drain, Duration::ZERO));
        drop(running);
        assert_eq!(scene.verdict().await.0, Verdict::Close);
    }
}
