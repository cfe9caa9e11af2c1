//! Who asks, and for what. A handler takes one [`Call`] and nothing else: the type parameter says who may get in, and the
//! token, the account and its role have been checked before the handler runs. Only then is the rest of the request read,
//! so that nobody learns from a 422 what a 401 should have hidden.

use crate::bodies::{Held, check_values};
use crate::error::ApiError;
use crate::form::Form;
use crate::socket::{Listener, Live};
use crate::{App, attempts, check, refusals};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use bytes::BytesMut;
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use invoke_auth::Session;
use invoke_graph::Problem;
use invoke_permissions::Actor;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// The cookie that lets `<img>` load pictures.
pub(crate) const MEDIA_COOKIE: &str = "invokeai_media_token";
/// Graphs with their workflows are the largest JSON; a megabyte is a big one.
const BODY_LIMIT: usize = 32 * 1024 * 1024;
/// Of those who have not signed in nothing long is read.
const ANYONES_BODY_LIMIT: usize = 16 * 1024;
/// A client that sends nothing for so long has gone.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// Runs work that blocks (SQL, files, images) where it holds up nobody else.
pub(crate) async fn run_blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, ApiError>
where
    T: Send + 'static,
    E: Send + 'static,
    ApiError: From<E>,
{
    let done = actix_web::web::block(work).await;
    done.map_err(|error| ApiError::internal("running blocking work", &error))?.map_err(ApiError::from)
}

/// Who may make a call, and the words for those who may not.
pub(crate) trait Access: 'static {
    /// In single-user mode everybody is `system`; false where a real account is needed.
    const SYSTEM_IN_SINGLE_USER: bool = true;
    /// Only administrators.
    const ADMIN: bool = false;
    /// The media cookie counts as well.
    const COOKIE: bool = false;
}

/// Any account.
#[derive(Debug)]
pub(crate) enum Member {}
impl Access for Member {}

/// An administrator.
#[derive(Debug)]
pub(crate) enum Admin {}
impl Access for Admin {
    const ADMIN: bool = true;
}

/// An account even in single-user mode: routes about the account itself.
#[derive(Debug)]
pub(crate) enum SignedIn {}
impl Access for SignedIn {
    const SYSTEM_IN_SINGLE_USER: bool = false;
}

/// An administrator's account even in single-user mode: routes about other accounts.
#[derive(Debug)]
pub(crate) enum SignedInAdmin {}
impl Access for SignedInAdmin {
    const SYSTEM_IN_SINGLE_USER: bool = false;
    const ADMIN: bool = true;
}

/// Any account, known by its token or by the media cookie.
#[derive(Debug)]
pub(crate) enum Viewer {}
impl Access for Viewer {
    const COOKIE: bool = true;
}

/// A call by somebody who was let in.
#[derive(Debug)]
pub(crate) struct Call<A: Access = Member> {
    app: Arc<App>,
    actor: Actor,
    session: Option<Session>,
    request: Request,
    access: PhantomData<A>,
}

impl<A: Access> Call<A> {
    /// The session behind the token, `None` in single-user mode.
    pub(crate) fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// The shared state.
    pub(crate) fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The open sockets.
    pub(crate) fn live(&self) -> Option<&Live> {
        self.request.http.app_data::<Data<Live>>().map(|live| &***live)
    }

    /// The request as it arrived, for its headers.
    pub(crate) fn http(&self) -> &HttpRequest {
        &self.request.http
    }

    /// The variable parts of the path.
    pub(crate) fn path<T: DeserializeOwned + IntoParams + 'static>(&self) -> Result<T, ApiError> {
        check::path(self.request.http.match_info().iter()).map_err(ApiError::Invalid)
    }

    /// The query parameters.
    pub(crate) fn query<T: DeserializeOwned + IntoParams + 'static>(&self) -> Result<T, ApiError> {
        check::query(self.request.http.query_string()).map_err(ApiError::Invalid)
    }

    /// The JSON body.
    pub(crate) async fn body<T: DeserializeOwned + ToSchema + 'static>(&mut self) -> Result<T, ApiError> {
        self.request.body(BODY_LIMIT).await
    }

    /// The JSON body, to be checked by whoever knows what it must be; null when there is none.
    pub(crate) async fn any_body(&mut self) -> Result<Value, ApiError> {
        Ok(self.request.value(BODY_LIMIT).await?.unwrap_or_default())
    }

    /// The JSON body as an object with any keys.
    pub(crate) async fn object_body(&mut self) -> Result<Map<String, Value>, ApiError> {
        self.request.body::<AnyObject>(BODY_LIMIT).await.map(|object| object.0)
    }

    /// The body as a form of at most `limit` bytes.
    pub(crate) async fn form(&mut self, limit: usize) -> Result<Form, ApiError> {
        self.request.form(limit).await
    }

    /// The body as text: JSON that is a string, or plain text. Only for values that are text whatever they hold, since
    /// plain text can be sent by any page's form.
    pub(crate) async fn text_body(&mut self) -> Result<String, ApiError> {
        self.request.text_body(BODY_LIMIT).await
    }

    /// Waits until an upload may be read and decoded.
    pub(crate) async fn turn_to_upload(&self) -> Result<OwnedTurn, ApiError> {
        OwnedTurn::wait(&self.app).await
    }

    /// Does blocking work as the caller.
    pub(crate) async fn run<T, E>(
        &self,
        work: impl FnOnce(&App, &Actor) -> Result<T, E> + Send + 'static,
    ) -> Result<T, ApiError>
    where
        T: Send + 'static,
        E: Send + 'static,
        ApiError: From<E>,
    {
        let (app, actor) = (Arc::clone(&self.app), self.actor.clone());
        run_blocking(move || work(&app, &actor)).await
    }
}

impl<A: Access> Call<A> {
    /// Does blocking work as the caller that hashes a password, when its turn has come.
    pub(crate) async fn run_hashing<T, E>(
        &self,
        work: impl FnOnce(&App, &Actor) -> Result<T, E> + Send + 'static,
    ) -> Result<T, ApiError>
    where
        T: Send + 'static,
        E: Send + 'static,
        ApiError: From<E>,
    {
        let actor = self.actor.clone();
        let account = actor.user_id().to_string();
        attempts::hashing(&self.app, &self.request.http, &account, move |app| work(app, &actor)).await
    }

    /// Looks again at the open sockets that are meant, after what their accounts may do has changed.
    pub(crate) async fn recheck(&self, is_meant: impl Fn(&Listener) -> bool + Send + 'static) -> Result<(), ApiError> {
        let Some(live) = self.live().cloned() else { return Ok(()) };
        run_blocking(move || {
            live.recheck(is_meant);
            Ok::<_, ApiError>(())
        })
        .await
    }
}

/// The right to read an upload, until it is dropped.
pub(crate) struct OwnedTurn {
    app: Arc<App>,
}

impl OwnedTurn {
    async fn wait(app: &Arc<App>) -> Result<Self, ApiError> {
        let turn = app.upload_slots.acquire().await;
        turn.map_err(|error| ApiError::internal("waiting to read an upload", &error))?.forget();
        Ok(Self { app: Arc::clone(app) })
    }
}

impl Drop for OwnedTurn {
    fn drop(&mut self) {
        self.app.upload_slots.add_permits(1);
    }
}

impl<A: Access> FromRequest for Call<A> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(http: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = Request::new(http, payload);
        Box::pin(async move {
            let app = request.app()?;
            let (actor, session) = admit::<A>(&app, &request.http).await?;
            if A::ADMIN && !actor.is_admin() {
                return Err(ApiError::forbidden("Admin privileges required"));
            }
            if let Some(session) = &session {
                request.http.extensions_mut().insert(session.clone());
            }
            Ok(Self { app, actor, session, request, access: PhantomData })
        })
    }
}

async fn admit<A: Access>(app: &Arc<App>, http: &HttpRequest) -> Result<(Actor, Option<Session>), ApiError> {
    if A::SYSTEM_IN_SINGLE_USER && !app.web.multiuser {
        return Ok((Actor::system(), None));
    }
    let cookie = || http.cookie(MEDIA_COOKIE).filter(|_| A::COOKIE).map(|cookie| cookie.value().to_owned());
    let Some(token) = bearer(http).map(str::to_owned).or_else(cookie) else {
        return Err(if A::SYSTEM_IN_SINGLE_USER {
            ApiError::unauthorized("Authentication required")
        } else {
            ApiError::challenge("Missing authentication credentials")
        });
    };
    let accounts = Arc::clone(app);
    let checked = run_blocking(move || Ok::<_, ApiError>(accounts.accounts.authenticate(&token))).await?;
    let session = checked.map_err(|error| refusals::token(error, !A::SYSTEM_IN_SINGLE_USER))?;
    Ok((session.actor.clone(), Some(session)))
}

/// The token of `Authorization: Bearer …`; the scheme's case does not matter.
pub(crate) fn bearer(http: &HttpRequest) -> Option<&str> {
    let (scheme, token) = http.headers().get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// A call on a route that needs nobody: set-up, sign-in, version.
#[derive(Debug)]
pub(crate) struct Anyone {
    app: Arc<App>,
    request: Request,
}

impl Anyone {
    /// The shared state.
    pub(crate) fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The request as it arrived, for its headers.
    pub(crate) fn http(&self) -> &HttpRequest {
        &self.request.http
    }

    /// The variable parts of the path.
    pub(crate) fn path<T: DeserializeOwned + IntoParams + 'static>(&self) -> Result<T, ApiError> {
        check::path(self.request.http.match_info().iter()).map_err(ApiError::Invalid)
    }

    /// Who it is, if they say so by a token or the media cookie that counts. One that does not counts as none.
    pub(crate) async fn visitor(&self) -> Result<Option<Actor>, ApiError> {
        match admit::<Viewer>(&self.app, &self.request.http).await {
            Ok((actor, _)) => Ok(Some(actor)),
            Err(ApiError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The JSON body, a short one.
    pub(crate) async fn body<T: DeserializeOwned + ToSchema + 'static>(&mut self) -> Result<T, ApiError> {
        self.request.body(ANYONES_BODY_LIMIT).await
    }

    /// Does blocking work.
    pub(crate) async fn run<T, E>(
        &self,
        work: impl FnOnce(&App) -> Result<T, E> + Send + 'static,
    ) -> Result<T, ApiError>
    where
        T: Send + 'static,
        E: Send + 'static,
        ApiError: From<E>,
    {
        let app = Arc::clone(&self.app);
        run_blocking(move || work(&app)).await
    }
}

impl FromRequest for Anyone {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(http: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = Request::new(http, payload);
        ready(request.app().map(|app| Self { app, request }))
    }
}

/// An object with any keys.
#[derive(Debug, Deserialize, ToSchema)]
struct AnyObject(Map<String, Value>);

/// What arrived.
struct Request {
    http: HttpRequest,
    payload: Option<Payload>,
    /// What of the body is in memory.
    held: Option<Held>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.http.method(), self.http.path())
    }
}

impl Request {
    fn new(http: &HttpRequest, payload: &mut Payload) -> Self {
        Self { http: http.clone(), payload: Some(payload.take()), held: None }
    }

    fn app(&self) -> Result<Arc<App>, ApiError> {
        let app = self.http.app_data::<Data<App>>().map(|data| Arc::clone(data));
        app.ok_or_else(|| ApiError::internal("finding the state", &"`configure` was not called"))
    }

    async fn body<T: DeserializeOwned + ToSchema + 'static>(&mut self, limit: usize) -> Result<T, ApiError> {
        check::body(self.value(limit).await?).map_err(ApiError::Invalid)
    }

    async fn value(&mut self, limit: usize) -> Result<Option<Value>, ApiError> {
        let bytes = self.read(limit).await?;
        if bytes.is_empty() { Ok(None) } else { self.decode(&bytes).map(Some) }
    }

    async fn form(&mut self, limit: usize) -> Result<Form, ApiError> {
        let content_type = self.http.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        Form::parse(&content_type, self.read(limit).await?.freeze()).await
    }

    async fn text_body(&mut self, limit: usize) -> Result<String, ApiError> {
        let bytes = self.read(limit).await?;
        match self.decode(&bytes)? {
            Value::String(text) => Ok(text),
            other => Err(ApiError::invalid(Problem::new(
                "string_type",
                &["body".into()],
                "Input should be a valid string",
                &other,
            ))),
        }
    }

    /// JSON where it says so. Anything else is one text: what a page may send without asking can thus never be read as
    /// an object.
    fn decode(&self, bytes: &[u8]) -> Result<Value, ApiError> {
        if self.is_json() {
            check_values(bytes)?;
            serde_json::from_slice(bytes).map_err(|error| ApiError::invalid(check::malformed_json(&error, bytes)))
        } else {
            Ok(Value::String(String::from_utf8_lossy(bytes).into_owned()))
        }
    }

    fn is_json(&self) -> bool {
        let kind = self.http.content_type().trim().to_ascii_lowercase();
        kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
    }

    /// Refuses a body that announces itself as larger than `limit`.
    fn check_announced(&self, limit: usize) -> Result<(), ApiError> {
        let announced = self.http.headers().get(header::CONTENT_LENGTH);
        match announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok()) {
            Some(length) if length > limit as u64 => Err(too_large(limit)),
            _ => Ok(()),
        }
    }

    async fn read(&mut self, limit: usize) -> Result<BytesMut, ApiError> {
        self.check_announced(limit)?;
        let mut bytes = BytesMut::new();
        let Some(mut payload) = self.payload.take() else { return Ok(bytes) };
        let held = Held::new(&self.app()?.bodies);
        let held = self.held.insert(held);
        loop {
            let chunk = tokio::time::timeout(BODY_PATIENCE, payload.next()).await;
            let chunk =
                chunk.map_err(|_| ApiError::refused(StatusCode::REQUEST_TIMEOUT, "Body did not arrive in time"))?;
            let Some(chunk) = chunk else { return Ok(bytes) };
            let chunk = chunk.map_err(|error| ApiError::bad_request(format!("Body could not be read: {error}")))?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large(limit));
            }
            held.add(chunk.len())?;
            bytes.extend_from_slice(&chunk);
        }
    }
}

fn too_large(limit: usize) -> ApiError {
    ApiError::refused(StatusCode::PAYLOAD_TOO_LARGE, format!("Body is larger than {limit} bytes"))
}
