//! Everything that an account shows, as text: two accounts with the same photo are the same.

use cosmokit_engine::{
    protocol::id::Etag,
    request::{
        ContainerAddress, DatabaseAddress, FeedMode, FeedScope, ListContainers, ListDatabases,
        ListItems, ListOffers, ListPartitionKeyRanges, ListResources, Paging, PopulateOptions,
        Precondition, QueryResources, ReadChangeFeed, ReadContainer, ResourceFeed, Verb,
    },
};

use crate::{
    asking::{all_versions, latest, of_range},
    world::{Answer, World, page},
};

/// Fails with the first difference unless both photos show the same.
#[track_caller]
pub(crate) fn assert_same(found: &[String], expected: &[String]) {
    for (found, expected) in found.iter().zip(expected) {
        let same = found.bytes().zip(expected.bytes());
        let at = same.take_while(|(one, other)| one == other).count();
        let excerpt = |line: &str| {
            String::from_utf8_lossy(
                &line.as_bytes()[at.saturating_sub(300)..line.len().min(at + 300)],
            )
            .into_owned()
        };
        assert!(
            found == expected,
            "found    {}\nexpected {}",
            excerpt(found),
            excerpt(expected)
        );
    }
    assert_eq!(found.len(), expected.len());
}

/// What the account shows, line by line. What has expired is swept before, because looking at
/// all versions would.
pub(crate) fn photo(world: &World) -> Vec<String> {
    world.account.sweep();
    let mut lines = Vec::new();
    let show = |lines: &mut Vec<String>, what: String, answer: Answer| {
        let facts = answer.facts;
        let position = facts
            .position
            .map(|position| (position.lsn, position.item_lsn));
        lines.push(format!(
            "{what}: {} {} {} etag {:?} token {:?} at {position:?} in {:?} usage {:?}",
            answer.status,
            answer.substatus,
            answer.text,
            facts.etag,
            facts.session_token,
            facts.partition,
            facts.quota,
        ));
        answer.body
    };
    let databases = show(
        &mut lines,
        "databases".into(),
        world.run(ListDatabases {
            paging: Paging::default(),
        }),
    );
    show(
        &mut lines,
        "offers".into(),
        world.run(ListOffers {
            paging: Paging::default(),
        }),
    );
    for database in ids(&databases["Databases"]) {
        let address = DatabaseAddress::new(&database);
        let users = resources(ResourceFeed::users(address.clone()));
        let users = show(&mut lines, format!("users of {database}"), world.run(users));
        for user in ids(&users["Users"]) {
            let permissions = ResourceFeed::permissions(address.clone(), &user);
            // Their tokens depend on when one looks.
            let answer = world.run(QueryResources {
                feed: permissions,
                query: "SELECT VALUE [c.id, c._rid, c._etag, c._ts, c.resource] FROM c".into(),
                paging: page(1000, None),
            });
            show(&mut lines, format!("permissions of {user}"), answer);
        }
        let keys = resources(ResourceFeed::client_encryption_keys(address.clone()));
        show(&mut lines, format!("keys of {database}"), world.run(keys));
        let list = ListContainers {
            database: address,
            paging: Paging::default(),
        };
        let containers = show(
            &mut lines,
            format!("containers of {database}"),
            world.run(list),
        );
        for container in ids(&containers["DocumentCollections"]) {
            let address = ContainerAddress::new(&database, &container);
            for (what, verb) in looks(&address) {
                show(
                    &mut lines,
                    format!("{what} of {container}"),
                    world.run(verb),
                );
            }
            for range in world.account.partitions(&address).unwrap() {
                for (what, feed) in feeds(&address) {
                    let feed = of_range(feed, range.id.as_str());
                    show(
                        &mut lines,
                        format!("{what} of {} in {container}", range.id),
                        world.run(feed),
                    );
                }
                lines.push(format!("{range:?}"));
            }
        }
    }
    lines
}

fn resources(feed: ResourceFeed) -> ListResources {
    ListResources {
        feed,
        paging: page(1000, None),
        token_lifetime: None,
    }
}

fn looks(container: &ContainerAddress) -> Vec<(&'static str, Verb)> {
    let scripts = |feed: fn(ContainerAddress) -> ResourceFeed| {
        let list = resources(feed(container.clone()));
        list.into()
    };
    vec![
        ("procedures", scripts(ResourceFeed::stored_procedures)),
        ("triggers", scripts(ResourceFeed::triggers)),
        ("functions", scripts(ResourceFeed::user_defined_functions)),
        (
            "document",
            ReadContainer {
                container: container.clone(),
                populate: PopulateOptions::default(),
                precondition: Precondition::default(),
            }
            .into(),
        ),
        (
            "ranges",
            ListPartitionKeyRanges {
                container: container.clone(),
                mode: FeedMode::default(),
                if_none_match: None,
                paging: Paging::default(),
            }
            .into(),
        ),
        (
            "items",
            ListItems {
                container: container.clone(),
                scope: FeedScope::default(),
                paging: page(1000, None),
            }
            .into(),
        ),
    ]
}

fn feeds(container: &ContainerAddress) -> [(&'static str, ReadChangeFeed); 2] {
    let of = |feed: ReadChangeFeed| ReadChangeFeed {
        container: container.clone(),
        max_item_count: Some(1000),
        ..feed
    };
    let from_zero = ReadChangeFeed {
        if_none_match: Some(Etag::from("\"0\"")),
        ..all_versions()
    };
    [("changes", of(latest())), ("versions", of(from_zero))]
}

fn ids(documents: &serde_json::Value) -> Vec<String> {
    let documents = documents.as_array().into_iter().flatten();
    documents
        .map(|document| document["id"].as_str().unwrap().to_owned())
        .collect()
}
