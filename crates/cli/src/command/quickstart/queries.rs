//! A tour of queries over all partitions: an ordered top, groups with aggregates, distinct rows, places around a point,
//! full text, and a page that is gone on with from a token.

use std::error::Error;

use cosmokit::clients::ContainerClient;
use cosmokit::feed::QueryFeedPage;
use cosmokit::options::{MaxItemCountHint, QueryOptions};
use cosmokit::{FeedScope, Query};
use futures_util::TryStreamExt as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::bars::Bars;
use super::tally::{Tally, grouped};
use crate::output::{Align, Table};
use crate::stopwatch::Stopwatch;

/// Runs the tour.
///
/// # Errors
///
/// A query that the account refuses.
pub(crate) async fn queries(
    container: &ContainerClient,
    tally: &mut Tally,
) -> Result<(), Box<dyn Error>> {
    let mut tour = Guide { container, tally };
    tour.largest().await?;
    tour.continents().await?;
    tour.timezones().await?;
    tour.around().await?;
    tour.words().await?;
    tour.resumed().await
}

struct Guide<'a> {
    container: &'a ContainerClient,
    tally: &'a mut Tally,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    name: String,
    country_name: String,
    #[serde(default)]
    population: u64,
    #[serde(default)]
    metres: f64,
}

#[derive(Debug, Deserialize)]
struct Group {
    continent: String,
    cities: u64,
    people: f64,
    average: f64,
}

impl Guide<'_> {
    /// All rows of a query over the whole container.
    async fn rows<T: DeserializeOwned + Send + 'static>(
        &mut self,
        query: impl Into<Query>,
    ) -> Result<Vec<T>, Box<dyn Error>> {
        let watch = Stopwatch::start();
        let everything = FeedScope::full_container();
        let stream = self
            .container
            .query_items::<T>(query, everything, None)
            .await?;
        let mut pages = stream.into_pages();
        let mut rows = Vec::new();
        let mut last: Option<QueryFeedPage<T>> = None;
        let mut since = watch;
        while let Some(page) = pages.try_next().await? {
            self.tally
                .record("query page", since.elapsed(), page.headers());
            since = Stopwatch::start();
            if let Some(page) = last.replace(page) {
                rows.extend(page.into_items());
            }
        }
        rows.extend(last.into_iter().flat_map(QueryFeedPage::into_items));
        Ok(rows)
    }

    async fn largest(&mut self) -> Result<(), Box<dyn Error>> {
        println!(
            "  query      the ten largest cities: ordered merge, one request for each partition"
        );
        let text =
            "SELECT TOP 10 c.name, c.countryName, c.population FROM c ORDER BY c.population DESC";
        let mut table = Table::new([
            ("city", Align::Left),
            ("country", Align::Left),
            ("population", Align::Right),
        ]);
        for place in self.rows::<Place>(text).await? {
            let population = usize::try_from(place.population).map(grouped)?;
            table.push([place.name, place.country_name, population]);
        }
        println!("\n{table}");
        Ok(())
    }

    async fn continents(&mut self) -> Result<(), Box<dyn Error>> {
        println!(
            "  query      continents: groups with COUNT, SUM and AVG, put together from partial ones"
        );
        let text = "SELECT c.continent, COUNT(1) AS cities, SUM(c.population) AS people, \
                    AVG(c.population) AS average FROM c GROUP BY c.continent";
        let mut continents: Vec<Group> = self.rows(text).await?;
        continents.sort_by(|a, b| b.people.total_cmp(&a.people));
        let mut table = Table::new([
            ("continent", Align::Left),
            ("cities", Align::Right),
            ("people, millions", Align::Right),
            ("average", Align::Right),
        ]);
        let mut bars = Bars::default();
        for group in continents {
            let millions = group.people / 1e6;
            bars.push(group.continent.clone(), millions);
            table.push([
                group.continent,
                usize::try_from(group.cities).map(grouped)?,
                format!("{millions:.1}"),
                format!("{:.0}", group.average),
            ]);
        }
        println!("\n{table}\n{bars}");
        Ok(())
    }

    async fn timezones(&mut self) -> Result<(), Box<dyn Error>> {
        let mut zones: Vec<String> = self.rows("SELECT DISTINCT VALUE c.timezone FROM c").await?;
        zones.sort_unstable();
        let count = grouped(zones.len());
        zones.truncate(4);
        println!(
            "  query      {count} different time zones: {}, …",
            zones.join(", ")
        );
        Ok(())
    }

    async fn around(&mut self) -> Result<(), Box<dyn Error>> {
        let point = json!({"type": "Point", "coordinates": [19.94, 50.06]});
        let query = Query::from(
            "SELECT c.name, c.countryName, ST_DISTANCE(c.location, @here) AS metres FROM c \
             WHERE ST_DISTANCE(c.location, @here) < 50000",
        )
        .with_parameter("@here", point)?;
        let mut places: Vec<Place> = self.rows(query).await?;
        places.sort_by(|a, b| a.metres.total_cmp(&b.metres));
        let near = places.iter().take(5);
        let near = near.map(|place| format!("{} {:.0} km", place.name, place.metres / 1e3));
        println!(
            "  query      {} cities within 50 km of 50.06° N 19.94° E: {}, …",
            grouped(places.len()),
            near.collect::<Vec<_>>().join(", ")
        );
        Ok(())
    }

    async fn words(&mut self) -> Result<(), Box<dyn Error>> {
        let text = "SELECT c.name, c.countryName FROM c WHERE FullTextContainsAll(c.name, 'port', 'saint')";
        let places: Vec<Place> = self.rows(text).await?;
        let names = places.iter().take(4);
        let names = names.map(|place| format!("{} ({})", place.name, place.country_name));
        println!(
            "  query      {} names with both words \"port\" and \"saint\": {}",
            grouped(places.len()),
            names.collect::<Vec<_>>().join(", ")
        );
        Ok(())
    }

    /// Two pages of an ordered query; the second by another reader, from the first one's token.
    async fn resumed(&mut self) -> Result<(), Box<dyn Error>> {
        let text = "SELECT VALUE c.name FROM c ORDER BY c.name";
        let five = std::num::NonZeroU32::new(5).map(MaxItemCountHint::Limit);
        let options = QueryOptions::default().with_max_item_count(five.unwrap_or_default());
        let open = async |options: QueryOptions| {
            let everything = FeedScope::full_container();
            let stream = self
                .container
                .query_items::<String>(text, everything, Some(options));
            stream
                .await
                .map(cosmokit::feed::QueryItemIterator::into_pages)
        };
        let mut pages = open(options.clone()).await?;
        let first = pages.try_next().await?.map(QueryFeedPage::into_items);
        let token = pages.to_continuation_token()?;
        let bytes = token.as_str().len();
        let mut pages = open(options.with_continuation_token(token)).await?;
        let second = pages.try_next().await?.map(QueryFeedPage::into_items);
        println!(
            "  query      by name: {}",
            first.unwrap_or_default().join(", ")
        );
        println!(
            "  resumed    from a token of {bytes} bytes: {}\n",
            second.unwrap_or_default().join(", ")
        );
        Ok(())
    }
}
