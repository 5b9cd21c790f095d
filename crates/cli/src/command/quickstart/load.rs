//! Loading: every city is created through the SDK, many at a time, with a progress bar on a terminal.

use std::error::Error;

use cosmokit::clients::ContainerClient;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};

use super::city::City;
use super::tally::Tally;
use crate::stopwatch::Stopwatch;

/// Creates the cities, `concurrency` at a time.
///
/// # Errors
///
/// The first refusal ends the loading.
pub(crate) async fn load(
    container: &ContainerClient,
    cities: &[City],
    concurrency: usize,
    tally: &mut Tally,
) -> Result<(), Box<dyn Error>> {
    let bar = ProgressBar::new(u64::try_from(cities.len())?).with_style(style());
    let whole = Stopwatch::start();
    let mut created = stream::iter(cities)
        .map(|city| async move {
            let watch = Stopwatch::start();
            let response = container
                .create_item(city.country.as_str(), &city.id, city, None)
                .await?;
            Ok::<_, cosmokit::CosmosError>((watch.elapsed(), response))
        })
        .buffer_unordered(concurrency);
    let mut charge = 0.0;
    while let Some((took, response)) = created.try_next().await? {
        charge += tally.record("create", took, response.headers());
        bar.inc(1);
    }
    bar.finish_and_clear();
    let took = whole.elapsed();
    tally.worked_for("create", took);
    println!(
        "  loaded     {} cities in {:.2} s, {charge:.0} RU",
        super::tally::grouped(cities.len()),
        took.as_secs_f64(),
    );
    Ok(())
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("  loading    {bar:40} {human_pos}/{human_len} cities, {per_sec}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
