//! The adapter for actix-web: the same core under another framework's vocabulary.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, error};

use tracing::{Instrument as _, Span};

use crate::scope::{InSession as _, sync_scope};
use crate::{AnswerHead, HeaderLines, Placing, SessionCarrying, UserSession};

/// An actix-web middleware that carries sessions: `App::new().wrap(SessionTransform::new(sessions))`.
///
/// A handler takes [`UserSession`] as an argument when it needs one; traced clients find it by themselves.
/// `actix_web::rt::spawn` leaves the session, as every spawn does: `future.in_current_session()` takes it along.
#[derive(Clone, Debug)]
pub struct SessionTransform(SessionCarrying);

impl SessionTransform {
    /// Carries sessions like this.
    pub fn new(carrying: SessionCarrying) -> Self {
        Self(carrying)
    }
}

impl<S, B> Transform<S, ServiceRequest> for SessionTransform
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Transform = SessionMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(SessionMiddleware {
            service: Rc::new(service),
            carrying: self.0.clone(),
        }))
    }
}

/// The service that [`SessionTransform`] makes.
#[derive(Debug)]
pub struct SessionMiddleware<S> {
    service: Rc<S>,
    carrying: SessionCarrying,
}

impl<S, B> Service<ServiceRequest> for SessionMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<ServiceResponse<B>, Error>>>>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        if request.extensions().get::<UserSession>().is_some() {
            return Box::pin(self.service.call(request));
        }
        let user = self.carrying.begin(request.headers(), None);
        request.extensions_mut().insert(user.clone());
        let method = request.method().as_str().to_owned();
        let answered = sync_scope(user.clone(), || self.service.call(request));
        let answered = answered.in_session(user.clone());
        let span = user.arrived().span().cloned().unwrap_or_else(Span::none);
        let carried = async move {
            let mut response = answered.await?;
            carry_on(&user, &method, &mut response);
            Ok(response)
        };
        Box::pin(carried.instrument(span))
    }
}

impl HeaderLines for HeaderMap {
    fn lines<'h>(&'h self, name: &'h str) -> Box<dyn Iterator<Item = &'h str> + 'h> {
        Box::new(self.get_all(name).filter_map(|value| value.to_str().ok()))
    }
}

fn carry_on<B>(user: &UserSession, method: &str, response: &mut ServiceResponse<B>) {
    let head = AnswerHead {
        method,
        status: response.status().as_u16(),
        headers: response.headers(),
    };
    let answer = user.carrying().finish(user, &head);
    let headers = response.headers_mut();
    for change in answer.into_changes() {
        let name = HeaderName::try_from(change.name);
        let value = HeaderValue::try_from(change.value);
        let (Ok(name), Ok(value)) = (name, value) else {
            continue;
        };
        match change.placing {
            Placing::Beside => headers.append(name, value),
            Placing::InPlace => drop(headers.insert(name, value)),
        }
    }
}

/// The session that the middleware has begun for the request; 500 when none is there.
impl FromRequest for UserSession {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        const MISSING: &str = "no SessionTransform is around this route";
        let session = request.extensions().get::<Self>().cloned();
        ready(session.ok_or_else(|| error::ErrorInternalServerError(MISSING)))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{CACHE_CONTROL, SET_COOKIE};
    use actix_web::{App, HttpResponse, test, web};
    use cosmokit::session::SessionEntry;
    use cosmokit_protocol::session::CompositeToken;

    use super::*;
    use crate::scope;
    use crate::seal::KeyRing;

    fn note(user: &UserSession, token: &str) {
        let segments = CompositeToken::parse(token).unwrap().segments().to_vec();
        let account = SessionEntry::account_of("https://a.test/");
        user.session()
            .import(&SessionEntry::new(account, "AAAAAIAAAAE=", segments));
    }

    #[actix_web::test]
    async fn a_session_goes_out_and_comes_back() {
        let sessions = SessionCarrying::new(KeyRing::new([7; 32]).unwrap()).unwrap();
        let write = || async {
            note(&scope::current().unwrap(), "0:1#5");
            HttpResponse::Created().finish()
        };
        let read = |user: UserSession| async move {
            HttpResponse::Ok().body(user.session().export().len().to_string())
        };
        let app = App::new()
            .wrap(SessionTransform::new(sessions))
            .route("/", web::post().to(write))
            .route("/", web::get().to(read));
        let app = test::init_service(app).await;
        let created = test::call_service(&app, test::TestRequest::post().to_request()).await;
        assert_eq!(created.headers().get(CACHE_CONTROL).unwrap(), "private");
        let cookie = created.headers().get(SET_COOKIE).unwrap().to_str().unwrap();
        let pair = cookie.split(';').next().unwrap().to_owned();
        let request = test::TestRequest::get()
            .insert_header(("cookie", pair))
            .to_request();
        let response = test::call_service(&app, request).await;
        assert!(
            response.headers().get(SET_COOKIE).is_none(),
            "nothing new was learnt"
        );
        assert_eq!(test::read_body(response).await, "1");
        let nobody = test::call_and_read_body(&app, test::TestRequest::get().to_request()).await;
        assert_eq!(nobody, "0");
    }
}
