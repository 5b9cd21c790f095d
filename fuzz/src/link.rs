//! Request paths from anywhere: parsing never panics, and what is accepted prints as a path that means the same.

use cosmokit_protocol::id::link::Addressing;
use cosmokit_protocol::id::{ContainerLink, ResourcePath, ResourceType};

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    write_and_read(text);
    let Ok(path) = ResourcePath::parse(text) else {
        return;
    };
    let printed = path.to_string();
    assert_eq!(ResourcePath::parse(&printed).as_ref(), Ok(&path));
    assert!(printed.bytes().all(|byte| byte.is_ascii_graphic()));
    for addressing in [Addressing::Name, Addressing::Rid] {
        let link = path.signing_link_by(addressing);
        assert_eq!(
            link.is_empty(),
            path.database().is_none() && path.id_of(ResourceType::Offers).is_none()
        );
    }
    if let Ok(rid) = path.rid() {
        assert_eq!(path.signing_link_by(Addressing::Rid), rid.signing_link());
    }
    assert_eq!(path.clone().into_owned(), path);
}

/// A path made from names is read as the same names.
fn write_and_read(text: &str) {
    let mut names = text.splitn(3, '\n').filter(|name| !name.is_empty());
    let (Some(database), Some(container), Some(item)) = (names.next(), names.next(), names.next())
    else {
        return;
    };
    let container_link = ContainerLink::new(database, container);
    let path = container_link.item(item).path();
    let read = ResourcePath::parse(&path).expect("an own path is understood");
    assert_eq!(
        (read.database(), read.container(), read.id()),
        (Some(database), Some(container), Some(item))
    );
}
