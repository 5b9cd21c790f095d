//! Resource ids from anywhere, as bytes and as text: reading never panics, and what is accepted prints as it was.

use cosmokit_protocol::id::{ResourcePath, Rid, RidKind};

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    if let Ok(rid) = Rid::from_bytes(data) {
        assert_eq!(rid.as_bytes(), data);
        check(rid);
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(rid) = text.parse::<Rid>()
    {
        assert_eq!(rid.to_string(), text);
        check(rid);
    }
}

fn check(rid: Rid) {
    assert_eq!(rid.to_string().parse(), Ok(rid));
    let path = rid.path();
    let read = ResourcePath::parse(&path).expect("an own path is understood");
    assert_eq!(read.rid(), Ok(rid));
    let mut ancestor = rid;
    while let Some(parent) = ancestor.parent() {
        assert!(rid.as_bytes().starts_with(parent.as_bytes()));
        assert!(rid.is_within(&parent) && !parent.is_within(&rid));
        ancestor = parent;
    }
    assert!(matches!(
        ancestor.kind(),
        RidKind::Database | RidKind::Offer
    ));
    assert_eq!(
        rid.database_rid(),
        (ancestor.kind() == RidKind::Database).then_some(ancestor)
    );
}
