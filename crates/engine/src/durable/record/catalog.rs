//! Databases, containers, offers and named resources.
//!
//! | row | bytes |
//! |---|---|
//! | database | 4, n etag · 4, n document · 4 number of its next container |
//! | container | 4, n etag · 8 when it was described, milliseconds since 1970 · 4, n document |
//! | offer | 4, n resource id of its resource · throughput · 1 pending, then throughput and 8 until when · 8 the greatest throughput ever · 4, n etag · 8 when it was written |
//! | named resource | 4, n etag · 4, n document |
//!
//! A throughput is 1 byte, manual 0 or autoscale 1, then 8 bytes RU/s; behind those of autoscale
//! 1 byte whether an increment follows, and its 4 bytes percent.

use bytes::Bytes;
use cosmokit_protocol::{
    id::{Etag, Rid},
    resource::ContainerProperties,
};

use super::{decode::Decoder, encode::Encoder};
use crate::{
    clock::Timestamp,
    durable::store::StoreError,
    metadata::{
        container::{Container, Description},
        database::Database,
        offer::{Offer, Pending, Throughput},
        resource::NamedResource,
    },
};

pub(in crate::durable) fn encode_database(database: &Database) -> Vec<u8> {
    let mut out = Encoder::default();
    out.text(database.header.etag.as_str());
    out.bytes(&database.header.document);
    out.u32(database.next_container());
    out.finish()
}

/// A database, still without its containers.
pub(in crate::durable) fn decode_database(rid: Rid, row: &[u8]) -> Result<Database, StoreError> {
    let mut from = Decoder::new("a database", row);
    let etag = Etag::from(from.text()?);
    let document = Bytes::copy_from_slice(from.bytes()?);
    let next = from.u32()?;
    from.end()?;
    let database = Database::restored(rid, etag, document, next);
    database.ok_or_else(|| from.damage("it has no id"))
}

pub(in crate::durable) fn encode_container(container: &Container) -> Vec<u8> {
    let mut out = Encoder::default();
    out.text(container.etag.as_str());
    out.u64(container.at.millis());
    out.bytes(&container.document);
    out.finish()
}

/// What a container is, without what is in it.
pub(in crate::durable) fn decode_container(
    rid: Rid,
    row: &[u8],
) -> Result<(ContainerProperties, Description), StoreError> {
    let mut from = Decoder::new("a container", row);
    let description = Description {
        rid,
        etag: Etag::from(from.text()?),
        at: Timestamp::from_millis(from.u64()?),
    };
    let document = from.bytes()?;
    from.end()?;
    let properties: ContainerProperties =
        serde_json::from_slice(document).map_err(|error| from.damage(&error.to_string()))?;
    Ok((properties, description))
}

pub(in crate::durable) fn encode_offer(offer: &Offer) -> Vec<u8> {
    let mut out = Encoder::default();
    out.bytes(offer.resource.as_bytes());
    put_throughput(&mut out, offer.throughput);
    match offer.pending {
        None => out.u8(0),
        Some(Pending { throughput, until }) => {
            out.u8(1);
            put_throughput(&mut out, throughput);
            out.u64(until.millis());
        }
    }
    out.u64(offer.most_ever);
    out.text(offer.etag.as_str());
    out.u64(offer.at.millis());
    out.finish()
}

pub(in crate::durable) fn decode_offer(rid: Rid, row: &[u8]) -> Result<Offer, StoreError> {
    let mut from = Decoder::new("an offer", row);
    let resource = Rid::from_bytes(from.bytes()?);
    let offer = Offer {
        rid,
        resource: resource.map_err(|error| from.damage(&error.to_string()))?,
        throughput: throughput(&mut from)?,
        pending: match from.u8()? {
            0 => None,
            1 => Some(Pending {
                throughput: throughput(&mut from)?,
                until: Timestamp::from_millis(from.u64()?),
            }),
            _ => return Err(from.damage("it is neither pending nor not")),
        },
        most_ever: from.u64()?,
        etag: Etag::from(from.text()?),
        at: Timestamp::from_millis(from.u64()?),
    };
    from.end()?;
    Ok(offer)
}

pub(in crate::durable) fn encode_resource(resource: &NamedResource) -> Vec<u8> {
    let mut out = Encoder::default();
    out.text(resource.etag.as_str());
    out.bytes(&resource.document);
    out.finish()
}

pub(in crate::durable) fn decode_resource(
    rid: Rid,
    row: &[u8],
) -> Result<NamedResource, StoreError> {
    let mut from = Decoder::new("a named resource", row);
    let etag = Etag::from(from.text()?);
    let document = Bytes::copy_from_slice(from.bytes()?);
    from.end()?;
    let resource = NamedResource::restored(rid, etag, document);
    resource.ok_or_else(|| from.damage("it has no id"))
}

fn put_throughput(out: &mut Encoder, throughput: Throughput) {
    match throughput {
        Throughput::Manual(throughput) => {
            out.u8(0);
            out.u64(throughput);
        }
        Throughput::Autoscale {
            maximum,
            increment_percent,
        } => {
            out.u8(1);
            out.u64(maximum);
            out.u8(u8::from(increment_percent.is_some()));
            out.u32(increment_percent.unwrap_or_default());
        }
    }
}

fn throughput(from: &mut Decoder<'_>) -> Result<Throughput, StoreError> {
    match (from.u8()?, from.u64()?) {
        (0, throughput) => Ok(Throughput::Manual(throughput)),
        (1, maximum) => {
            let (has_increment, percent) = (from.u8()? == 1, from.u32()?);
            Ok(Throughput::Autoscale {
                maximum,
                increment_percent: has_increment.then_some(percent),
            })
        }
        _ => Err(from.damage("its throughput is of no known kind")),
    }
}
