//! Paging of metadata feeds, which are in the order of creation.
//!
//! A continuation is the resource id of the last row that was seen, so rows created or deleted
//! between pages neither repeat nor hide others.

use cosmokit_protocol::id::Rid;

use crate::{refuse, request::Paging, response::Failure};

/// Rows of a page when the client leaves it open.
const DEFAULT_ROWS: usize = 100;
/// Most rows of a page.
pub(crate) const MAX_ROWS: usize = 1_000;

/// One page of rows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page<T> {
    /// The rows.
    pub(crate) rows: Vec<T>,
    /// Where the next page begins, if there is one.
    pub(crate) continuation: Option<String>,
}

/// How many rows a page may have.
pub(crate) fn size(paging: &Paging) -> usize {
    match paging.max_item_count {
        Some(wanted @ 1..) => usize::try_from(wanted).unwrap_or(MAX_ROWS).min(MAX_ROWS),
        _ => DEFAULT_ROWS,
    }
}

/// Cuts a page out of rows in the order of creation: that of the numbers in their resource ids.
///
/// # Errors
/// 400 when the continuation is not one of ours.
pub(crate) fn cut<T>(
    rows: impl Iterator<Item = (Rid, T)>,
    paging: &Paging,
) -> Result<Page<T>, Failure> {
    let after = match paging.continuation.as_deref() {
        None | Some("") => None,
        Some(text) => Some(text.parse::<Rid>().map_err(|_| wrong_continuation())?),
    };
    let mut rows = rows
        .filter(|(rid, _)| after.is_none_or(|after| place(rid) > place(&after)))
        .peekable();
    let mut page = Vec::new();
    let mut last = None;
    for (rid, row) in rows.by_ref().take(size(paging)) {
        page.push(row);
        last = Some(rid);
    }
    let continuation = rows.peek().and(last).map(|rid| rid.to_string());
    Ok(Page {
        rows: page,
        continuation,
    })
}

/// The number among siblings comes first, as the bytes of some kinds do not ascend with it.
fn place(rid: &Rid) -> (Option<u64>, &Rid) {
    (rid.ordinal(), rid)
}

/// 400: the continuation was not made by this feed.
pub(crate) fn wrong_continuation() -> Failure {
    refuse::bad_request("the continuation is not one that this feed has given out")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(rows: &[u32], size: i64) -> Vec<Vec<u32>> {
        let mut pages = Vec::new();
        let mut continuation = None;
        loop {
            let paging = Paging {
                max_item_count: Some(size),
                continuation,
            };
            let rows = rows.iter().map(|row| (Rid::database(*row), *row));
            let page = cut(rows, &paging).unwrap();
            pages.push(page.rows);
            continuation = page.continuation;
            if continuation.is_none() {
                return pages;
            }
        }
    }

    #[test]
    fn cuts_without_loss_or_empty_tail() {
        let check =
            |rows: &[u32], size: i64, expected: &[&[u32]]| assert_eq!(pages(rows, size), expected);
        check(&[], 2, &[&[]]);
        check(&[1, 2, 3], 2, &[&[1, 2], &[3]]);
        check(&[1, 2, 3, 4], 2, &[&[1, 2], &[3, 4]]);
        check(&[1, 2, 3], -1, &[&[1, 2, 3]]);
        check(&[1, 2], 0, &[&[1, 2]]);
    }

    #[test]
    fn refuses_foreign_continuations() {
        for text in ["x", "AAAA/AA=", "1"] {
            let paging = Paging {
                max_item_count: None,
                continuation: Some(text.to_owned()),
            };
            let rows = [1_u32].into_iter().map(|row| (Rid::database(row), row));
            assert!(cut(rows, &paging).is_err(), "{text}");
        }
    }
}
