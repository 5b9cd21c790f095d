//! Reads one page of a part of a container that lies in one partition, wherever that partition is now. A part
//! that has come to lie in several is handed back to be read piece by piece.

use std::sync::Arc;
use std::time::Duration;

use cosmokit_protocol::partition::EpkRange;
use cosmokit_protocol::status::{CosmosStatus, SubStatusCode};
use futures_util::future::BoxFuture;

use crate::cache::{RangeRefresh, ResolvedContainer};
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::operation::{CosmosOperation, RangeScope};
use crate::pipeline::Terms;
use crate::response::CosmosResponse;

/// How often a page is asked for anew because its range has moved, and the pause from the second time on: a
/// split or merge takes some moments to be visible everywhere.
const MAX_MOVES: u32 = 10;
const MOVE_PAUSE: Duration = Duration::from_millis(100);

/// What the reads of one feed have in common.
#[derive(Debug)]
pub(crate) struct RangeReader {
    pub(crate) terms: Terms,
    pub(crate) container: Arc<ResolvedContainer>,
}

/// What came of one read.
#[derive(Debug)]
pub(crate) enum RangeAnswer {
    /// A page.
    Page(Box<CosmosResponse>),
    /// The part lies in several partitions now: these.
    Moved { into: Vec<EpkRange> },
}

impl RangeReader {
    /// Reads a page of `slice`; `operation` says what to ask, whoever is asked.
    pub(crate) fn read(
        self: &Arc<Self>,
        slice: EpkRange,
        operation: CosmosOperation,
    ) -> BoxFuture<'static, Result<RangeAnswer>> {
        let reader = Arc::clone(self);
        Box::pin(async move { reader.follow(&slice, operation).await })
    }

    /// The same reader, with a deadline that begins now.
    pub(crate) fn renewed(&self) -> Arc<Self> {
        Arc::new(Self {
            terms: self.terms.renewed(),
            container: Arc::clone(&self.container),
        })
    }

    async fn follow(&self, slice: &EpkRange, operation: CosmosOperation) -> Result<RangeAnswer> {
        let mut refresh = RangeRefresh::IfMissing;
        let mut met: Option<CosmosError> = None;
        for moves in 0..MAX_MOVES {
            if moves > 1 {
                self.terms
                    .core
                    .clock()
                    .sleep(MOVE_PAUSE * (moves - 1))
                    .await;
            }
            let owner = match self.owner(slice, refresh).await? {
                Ok(owner) => owner,
                // What was met on the way is shown by the page that comes next.
                Err(into) => return Ok(RangeAnswer::Moved { into }),
            };
            let operation = operation.clone().within(RangeScope {
                id: &owner.id,
                slice,
                is_whole: owner.is_whole,
            });
            match self.terms.execute_in(&self.container, &operation).await {
                Ok(mut response) => {
                    let container = self.container.reference();
                    let name = operation.name();
                    self.terms.tell_lookups(name, container, &mut response);
                    return Ok(RangeAnswer::Page(Box::new(response)));
                }
                Err(error) if has_moved(error.status()) => {
                    self.terms.lookups.add_failure(&error);
                    met = Some(error);
                }
                Err(error) => return Err(error),
            }
            refresh = RangeRefresh::Always;
        }
        Err(met.unwrap_or_else(|| unsettled(slice)))
    }

    /// The one range that `slice` lies in, or the pieces that several ranges hold of it.
    async fn owner(
        &self,
        slice: &EpkRange,
        refresh: RangeRefresh,
    ) -> Result<std::result::Result<Owner, Vec<EpkRange>>> {
        let ranges = self.terms.ranges(&self.container, refresh).await?;
        Ok(match ranges.map().overlapping(slice) {
            [owner] => Ok(Owner {
                id: owner.id().to_owned(),
                is_whole: owner.range() == slice,
            }),
            owners => Err(owners
                .iter()
                .filter_map(|owner| owner.range().intersect(slice))
                .collect()),
        })
    }

    /// The parts of a scope, one for each partition that holds some of it.
    pub(crate) async fn parts(&self, scope: &EpkRange) -> Result<Vec<EpkRange>> {
        match self.owner(scope, RangeRefresh::IfMissing).await? {
            Ok(_) => Ok(vec![scope.clone()]),
            Err(parts) => Ok(parts),
        }
    }
}

#[derive(Debug)]
struct Owner {
    id: String,
    is_whole: bool,
}

/// Whether an answer says that the range is not there any more, or is about to go.
pub(crate) fn has_moved(status: CosmosStatus) -> bool {
    let substatus = status.sub_status().map_or(0, SubStatusCode::value);
    status.status_code() == http::StatusCode::GONE && matches!(substatus, 1002 | 1007 | 1008)
}

/// Whether the container that a feed reads is gone, and another has its name.
pub(crate) fn is_gone(error: &CosmosError) -> bool {
    error.kind() == ErrorKind::ContainerRecreated
}

fn unsettled(slice: &EpkRange) -> CosmosError {
    CosmosError::builder()
        .with_kind(ErrorKind::Contract)
        .with_status(client::TOPOLOGY)
        .with_message(format!(
            "the partitions between {} and {} do not come to rest",
            slice.min(),
            slice.max()
        ))
        .build()
}
