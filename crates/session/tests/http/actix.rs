//! Instances on actix-web.

use std::net::SocketAddr;

use actix_web::{App, HttpResponse, HttpServer, web};
use cosmokit::ContainerClient;
use cosmokit_session::actix::SessionTransform;
use cosmokit_session::{SessionCarrying, UserSession};
use http::StatusCode;

use crate::browser::Browser;
use crate::tier::{Tier, carrying, get, put};

/// Starts an instance, which ends with the runtime of the test.
fn serve(
    notes: ContainerClient,
    sessions: SessionCarrying,
) -> (SocketAddr, actix_web::dev::Server) {
    let app = move || {
        let (read, write, clear) = (
            notes.clone(),
            notes.clone(),
            |user: UserSession| async move {
                user.clear();
                HttpResponse::NoContent().finish()
            },
        );
        let answer = |status: StatusCode| {
            HttpResponse::new(actix_web::http::StatusCode::from_u16(status.as_u16()).unwrap())
        };
        let read = move |id: web::Path<String>| {
            let notes = read.clone();
            async move { answer(get(&notes, &id).await) }
        };
        let write = move |id: web::Path<String>| {
            let notes = write.clone();
            async move { answer(put(&notes, &id).await) }
        };
        App::new()
            .wrap(SessionTransform::new(sessions.clone()))
            .route("/notes/{id}", web::get().to(read))
            .route("/notes/{id}", web::put().to(write))
            .route("/log-out", web::put().to(clear))
    };
    let server = HttpServer::new(app)
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    (server.addrs()[0], server.run())
}

#[tokio::test]
async fn a_write_at_one_instance_is_read_at_the_other() {
    let mut tier = Tier::start().await;
    let sessions = carrying().build().unwrap();
    let mut instances = Vec::new();
    for notes in tier.notes.clone() {
        let (address, server) = serve(notes, sessions.clone());
        tier.serving.spawn(async move { server.await.unwrap() });
        instances.push(address);
    }
    let mut user = Browser::new();
    assert_eq!(user.put(instances[0], "/notes/a").await, StatusCode::OK);
    assert_eq!(user.get(instances[1], "/notes/a").await, StatusCode::OK);
    assert_eq!(user.get(instances[2], "/notes/a").await, StatusCode::OK);
    let stranger = Browser::new().get(instances[1], "/notes/a").await;
    assert_eq!(stranger, StatusCode::NOT_FOUND);
    assert_eq!(
        user.put(instances[1], "/log-out").await,
        StatusCode::NO_CONTENT
    );
    assert!(user.jar.is_empty());
    assert_eq!(
        user.get(instances[1], "/notes/a").await,
        StatusCode::NOT_FOUND
    );
}
