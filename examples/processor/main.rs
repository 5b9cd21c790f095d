//! The change feed processor at work: writers fill a container faster than one instance can follow, two more join, one is
//! killed, a partition splits; the terminal shows leases move and the lag fall. Ends by itself, with a summary, and with
//! status 1 if a change was lost or came out of order.
//!
//! `cargo run --release --example processor`

mod book;
mod instance;
mod screen;
mod stage;

use std::error::Error;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use cosmokit::driver::Clock;
use futures_util::future::{Either, select};
use futures_util::stream::StreamExt as _;

use self::book::Book;
use self::instance::Instance;
use self::screen::Screen;
use self::stage::Stage;

/// How long writers write.
const WRITING: Duration = Duration::from_secs(24);

/// How long everything may take.
const PATIENCE: Duration = Duration::from_secs(90);

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let stage = Stage::set().await?;
    let (book, screen) = (Arc::new(Book::default()), Screen::new());
    let clock = stage.clock();
    let show = pin!(show(&stage, &screen, &book, clock));
    let story = pin!(tell(&stage, &screen, &book, clock));
    let crew = match select(show, story).await {
        Either::Left(((), _)) => return Err("the estimates have ended".into()),
        Either::Right((crew, _)) => crew?,
    };
    for instance in crew {
        instance.stop().await;
    }
    screen.clear();
    let verdict = book.verdict();
    println!("{verdict}");
    Ok(if verdict.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The story from its beginning to the last order that is billed; whoever is at work in the end.
async fn tell(
    stage: &Stage,
    screen: &Screen,
    book: &Arc<Book>,
    clock: Clock,
) -> Result<Vec<Instance>, Box<dyn Error>> {
    let writing = stage.write(book, WRITING);
    let acting = act(stage, screen, book, clock);
    let (written, crew) = futures_util::future::join(writing, acting).await;
    written?;
    screen.say("the writers have stopped");
    stage.wait_until_done(book, PATIENCE).await;
    crew
}

/// What happens to the instances while the writers write.
async fn act(
    stage: &Stage,
    screen: &Screen,
    book: &Arc<Book>,
    clock: Clock,
) -> Result<Vec<Instance>, Box<dyn Error>> {
    screen.say("one instance, and more changes than it can follow");
    let ada = stage.instance("ada", book, screen).await?;
    clock.sleep(Duration::from_secs(5)).await;
    screen.say("a second one joins, and takes its share of the leases");
    let bob = stage.instance("bob", book, screen).await?;
    clock.sleep(Duration::from_secs(4)).await;
    screen.say("a third one joins");
    let eve = stage.instance("eve", book, screen).await?;
    clock.sleep(Duration::from_secs(5)).await;
    screen.say("bob is killed: nobody gives his leases back, they expire");
    bob.kill();
    clock.sleep(Duration::from_secs(6)).await;
    screen.say("a partition is split: two leases take the place of one");
    stage.split()?;
    Ok(vec![ada, eve])
}

/// Draws how far behind the processor is, several times a second.
async fn show(stage: &Stage, screen: &Screen, book: &Book, clock: Clock) {
    let mut estimates = Box::pin(stage.estimator().estimates(Duration::from_millis(250)));
    while let Some(estimate) = estimates.next().await {
        // One that fails is followed by another.
        if let Ok(leases) = estimate {
            screen.draw(&leases, book);
        }
        clock.sleep(Duration::from_millis(10)).await;
    }
}
