//! What logs and tracers are told: no token, no more lines than bear reading.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_testkit::world::{World, sleep};
use http::StatusCode;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::browser::Browser;
use crate::tier::{Tier, three_regions};

/// Everything that is told, one line each: events by their level, spans by their fields.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn lines(&self, beginning: &str) -> Vec<String> {
        let lines = self.0.lock().unwrap();
        let wanted = lines.iter().filter(|line| line.starts_with(beginning));
        wanted.cloned().collect()
    }

    fn push(&self, beginning: impl fmt::Display, fields: impl FnOnce(&mut dyn Visit)) {
        let mut line = Line(beginning.to_string());
        fields(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.push(format_args!("span {}", span.metadata().name()), |line| {
            span.record(line);
        });
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.push("recorded", |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let level: &Level = event.metadata().level();
        self.push(format_args!("{level}"), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn no_token_reaches_the_log_and_spans_tell_sizes_only() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        for round in 0..20 {
            user.put(&tier.instances[0], &format!("/items/notes/k/{round}"))
                .await;
        }
        tier.wires[1].take();
        user.get(&tier.instances[1], "/items/notes/k/1").await;
        let tokens: Vec<String> = tier.wires[1].take().into_iter().flatten().collect();
        let sealed: Vec<&String> = user.jar.values().collect();
        assert!(!tokens.is_empty() && !sealed.is_empty());
        for line in log.lines("") {
            for secret in tokens.iter().chain(sealed.iter().copied()) {
                assert!(!line.contains(secret.as_str()), "{line}");
            }
        }
    });
    let spans = log.lines("span session ");
    assert_eq!(spans.len(), 21);
    assert_eq!(
        spans[0],
        "span session session.present=false session.ranges=0"
    );
    assert_eq!(
        spans[20],
        "span session session.present=true session.ranges=1"
    );
    let recorded = log.lines("recorded ").join("\n");
    assert!(recorded.contains("session.bytes="), "{recorded}");
    assert!(recorded.contains("session.fallback=0"), "{recorded}");
}

#[test]
fn refused_values_are_told_once_a_minute() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let ask = async || {
            let mut rogue = Browser::default();
            rogue
                .jar
                .insert("__Host-csmsdb-AAAAAAAAAAAA".to_owned(), "***".to_owned());
            let status = rogue.get(&tier.instances[0], "/items/notes/k/1").await;
            assert_eq!(status, StatusCode::NOT_FOUND);
        };
        for _ in 0..100 {
            ask().await;
        }
        let told = log.lines("WARN message=carried sessions were not taken");
        assert_eq!(told.len(), 1, "{told:?}");
        sleep(std::time::Duration::from_secs(61)).await;
        ask().await;
        let told = log.lines("WARN message=carried sessions were not taken");
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[1].contains("values=100"), "{told:?}");
    });
}

#[test]
fn another_level_than_session_is_told_once_per_client() {
    for (level, consequence) in [
        (
            ConsistencyLevel::Eventual,
            "reads in sessions ask for session consistency",
        ),
        (
            ConsistencyLevel::ConsistentPrefix,
            "reads in sessions ask for session consistency",
        ),
        (ConsistencyLevel::Strong, "sessions have nothing to carry"),
        (
            ConsistencyLevel::BoundedStaleness,
            "sessions have nothing to carry",
        ),
    ] {
        let log = Log::default();
        let _guard = tracing::subscriber::set_default(log.clone());
        World::simulate(three_regions().level(level), async |world| {
            let tier = Tier::start(world).await;
            let mut user = Browser::default();
            for round in 0..5 {
                let path = format!("/items/notes/k/{round}");
                user.put(&tier.instances[0], &path).await;
                user.get(&tier.instances[0], &path).await;
            }
        });
        let told = log.lines("WARN message=the account's default level");
        assert_eq!(told.len(), 1, "{level:?}: {told:?}");
        assert!(told[0].contains(consequence), "{told:?}");
    }
}
