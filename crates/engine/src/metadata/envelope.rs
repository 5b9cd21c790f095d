//! The envelope of feeds: `{"_rid": …, "<Array>": [ … ], "_count": n}`, bodies copied as they are.

use bytes::Bytes;

/// Writes a feed page of these documents.
pub(crate) fn envelope<B: AsRef<[u8]>>(
    parent_rid: &str,
    array: &str,
    bodies: impl IntoIterator<Item = B, IntoIter: Clone>,
) -> Bytes {
    let bodies = bodies.into_iter();
    let size: usize = bodies.clone().map(|body| body.as_ref().len() + 1).sum();
    let mut page = Vec::with_capacity(size + parent_rid.len() + array.len() + 48);
    page.extend_from_slice(b"{\"_rid\":\"");
    page.extend_from_slice(parent_rid.as_bytes());
    page.extend_from_slice(b"\",\"");
    page.extend_from_slice(array.as_bytes());
    page.extend_from_slice(b"\":[");
    let mut count = 0_usize;
    for body in bodies {
        if count > 0 {
            page.push(b',');
        }
        page.extend_from_slice(body.as_ref());
        count += 1;
    }
    page.extend_from_slice(format!("],\"_count\":{count}}}").as_bytes());
    page.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_service_form() {
        let check = |bodies: &[&str], expected: &str| {
            assert_eq!(envelope("R", "Things", bodies.iter().copied()), expected);
        };
        check(&[], r#"{"_rid":"R","Things":[],"_count":0}"#);
        check(
            &["{}", "[1]"],
            r#"{"_rid":"R","Things":[{},[1]],"_count":2}"#,
        );
    }
}
