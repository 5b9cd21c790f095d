//! A tour of the item operations: many reads, then the life of one city: read, updated under an etag, a lost race
//! refused, the own write read back, deleted.

use std::error::Error;

use cosmokit::clients::ContainerClient;
use cosmokit::options::{ItemWriteOptions, Precondition};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::city::City;
use super::tally::{Tally, grouped};
use crate::stopwatch::Stopwatch;

/// How many cities are read one by one.
const READS: usize = 10_000;

/// Reads cities from all over the list and compares each with what was stored.
///
/// # Errors
///
/// A refused read, or a city that came back different.
pub(crate) async fn point_reads(
    container: &ContainerClient,
    cities: &[City],
    concurrency: usize,
    tally: &mut Tally,
) -> Result<(), Box<dyn Error>> {
    let whole = Stopwatch::start();
    let step = cities.len().div_ceil(READS).max(1);
    let mut reads = stream::iter(cities.iter().step_by(step))
        .map(|city| async move {
            let watch = Stopwatch::start();
            let response = container
                .read_item(city.country.as_str(), &city.id, None)
                .await?;
            Ok::<_, cosmokit::CosmosError>((city, watch.elapsed(), response))
        })
        .buffer_unordered(concurrency);
    let mut count = 0_usize;
    while let Some((city, took, response)) = reads.try_next().await? {
        tally.record("read", took, response.headers());
        let read: City = response.into_model()?;
        if read != *city {
            return Err(format!("{} came back different from what was stored", city.name).into());
        }
        count += 1;
    }
    tally.worked_for("read", whole.elapsed());
    println!(
        "  read       {} of them by id and key, each equal to what was stored",
        grouped(count)
    );
    Ok(())
}

/// The life of one city.
///
/// # Errors
///
/// Any refusal but the one that the lost race must meet, and that one's absence.
pub(crate) async fn one_city(
    container: &ContainerClient,
    cities: &[City],
    tally: &mut Tally,
) -> Result<(), Box<dyn Error>> {
    let city = cities
        .iter()
        .find(|city| city.name == "Kraków")
        .or_else(|| cities.first())
        .ok_or("there is no city to visit")?;
    let mut scene = Scene {
        container,
        city,
        tally,
    };

    let (read, etag) = scene.read().await?;
    println!(
        "  found      {}, {}: population {}",
        read.name, read.country_name, read.population
    );

    let grown = City {
        population: read.population + 1,
        ..read.clone()
    };
    scene.replace(&grown, &etag).await?;
    println!(
        "  updated    one more inhabitant, on the condition that nobody else wrote since the read"
    );

    let stale = City {
        population: 0,
        ..read
    };
    match scene.replace(&stale, &etag).await {
        Err(error) if error.status().is_precondition_failed() => {
            println!(
                "  refused    a second writer with the old etag lost the race: 412 Precondition Failed"
            );
        }
        Err(error) => return Err(error.into()),
        Ok(()) => return Err("a write with a stale etag was accepted".into()),
    }

    let (again, _) = scene.read().await?;
    if again.population != grown.population {
        return Err("the own write was not read back".into());
    }
    println!(
        "  read back  population {}: the own write",
        again.population
    );

    scene.delete().await?;
    match scene.read().await {
        Err(error) if error.status().is_not_found() => {
            println!("  deleted    and gone: 404 Not Found\n");
        }
        Err(error) => return Err(error.into()),
        Ok(_) => return Err("a deleted city was read".into()),
    }
    Ok(())
}

/// One city in its container, with the tally that every call goes into.
struct Scene<'a> {
    container: &'a ContainerClient,
    city: &'a City,
    tally: &'a mut Tally,
}

impl Scene<'_> {
    async fn read(&mut self) -> Result<(City, String), cosmokit::CosmosError> {
        let watch = Stopwatch::start();
        let response = self
            .container
            .read_item(self.city.country.as_str(), &self.city.id, None)
            .await?;
        self.tally
            .record("read", watch.elapsed(), response.headers());
        let etag = response
            .headers()
            .etag()
            .map(ToString::to_string)
            .unwrap_or_default();
        Ok((response.into_model()?, etag))
    }

    async fn replace(&mut self, city: &City, etag: &str) -> Result<(), cosmokit::CosmosError> {
        let options = ItemWriteOptions::default().with_precondition(Precondition::if_match(etag));
        let watch = Stopwatch::start();
        let replaced = self
            .container
            .replace_item(city.country.as_str(), &city.id, city, Some(options))
            .await;
        let took = watch.elapsed();
        match replaced {
            Ok(response) => {
                self.tally.record("replace", took, response.headers());
                Ok(())
            }
            Err(error) => {
                self.tally.refused("replace, refused", took);
                Err(error)
            }
        }
    }

    async fn delete(&mut self) -> Result<(), cosmokit::CosmosError> {
        let watch = Stopwatch::start();
        let response = self
            .container
            .delete_item(self.city.country.as_str(), &self.city.id, None)
            .await?;
        self.tally
            .record("delete", watch.elapsed(), response.headers());
        Ok(())
    }
}
