//! Every way of reading is covered: queries with every page, feeds, batches.

use cosmokit_testkit::world::World;
use http::StatusCode;

use crate::browser::Browser;
use crate::tier::{Tier, three_regions};

#[test]
fn queries_see_what_the_user_wrote() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        for key in 0..8 {
            user.put(&tier.instances[0], &format!("/items/notes/{key}/1"))
                .await;
        }
        let count = async |user: &mut Browser, path| {
            let page = user.send(&tier.instances[1], http::Method::GET, path).await;
            (page.status, page.text)
        };
        assert_eq!(
            count(&mut user, "/query/notes/3").await,
            (StatusCode::OK, "1".to_owned())
        );
        assert_eq!(
            count(&mut user, "/query/notes/*").await,
            (StatusCode::OK, "8".to_owned())
        );
        let mut stranger = Browser::default();
        assert_eq!(
            count(&mut stranger, "/query/notes/*").await,
            (StatusCode::OK, "0".to_owned())
        );
    });
}
