//! Links that the client writes are read back by the parser that the server uses.

use cosmokit_protocol::id::link::encode_segment;
use cosmokit_protocol::id::{ContainerLink, DatabaseLink, ResourcePath, ResourceType};
use proptest::prelude::*;

#[test]
fn names_are_encoded_in_paths_and_raw_in_signatures() {
    let database = DatabaseLink::new("My Db");
    assert_eq!(
        (database.path(), database.signing_link()),
        ("/dbs/My%20Db", "dbs/My Db")
    );
    assert_eq!(
        database.feed_path(ResourceType::Containers),
        "/dbs/My%20Db/colls"
    );
    assert_eq!(
        database.child(ResourceType::Users, "u").path(),
        "/dbs/My%20Db/users/u"
    );
    let container = ContainerLink::new("My Db", "c");
    assert_eq!(container, database.container("c"));
    let item = container.item("a/b?c#d%e+é");
    assert_eq!(
        item.path(),
        "/dbs/My%20Db/colls/c/docs/a%2Fb%3Fc%23d%25e%2B%C3%A9"
    );
    assert_eq!(item.signing_link(), "dbs/My Db/colls/c/docs/a/b?c#d%e+é");
    assert_eq!(item.resource_type(), ResourceType::Documents);
    assert_eq!(
        container.child(ResourceType::StoredProcedures, "s").path(),
        "/dbs/My%20Db/colls/c/sprocs/s"
    );
}

#[test]
fn plain_ids_are_not_touched_and_dots_are_no_way_up() {
    assert_eq!(encode_segment("Az09-_.~"), "Az09-_.~");
    assert!(matches!(
        encode_segment("Az09-_.~"),
        std::borrow::Cow::Borrowed(_)
    ));
    assert_eq!(encode_segment(".."), "%2E%2E");
    assert_eq!(encode_segment("."), "%2E");
    assert_eq!(encode_segment("..."), "...");
    assert_eq!(
        ContainerLink::new("d", "c").item("..").path(),
        "/dbs/d/colls/c/docs/%2E%2E"
    );
}

proptest! {
    #[test]
    fn a_written_path_is_read_as_the_same_names(db in "\\PC{1,12}", coll in "\\PC{1,12}", id in "\\PC{1,12}") {
        let container = ContainerLink::new(&db, &coll);
        let item = container.item(&id);
        let path = item.path();
        let parsed = ResourcePath::parse(&path).unwrap();
        prop_assert_eq!(parsed.database(), Some(db.as_str()));
        prop_assert_eq!(parsed.container(), Some(coll.as_str()));
        prop_assert_eq!(parsed.id(), Some(id.as_str()));
        prop_assert_eq!(parsed.to_string(), path.as_str());
        prop_assert_eq!(parsed.signing_link_by(cosmokit_protocol::id::link::Addressing::Name), item.signing_link());
        prop_assert!(path.parse::<http::Uri>().is_ok());
    }
}
