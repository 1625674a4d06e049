//! What every page wants to know of a request: its language, who is signed in, and where it points.
//! The only place that reads and writes the session's cookie.

use std::{future::Future, net::IpAddr, ops::Deref, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{Method, header},
    web::Data,
};

use super::{State, error::Error, negotiate};
use crate::{
    auth::Session,
    domain::{
        language::Language,
        membership::{Action, Member, may},
        slice::Slice,
    },
    usecases::{lab::standing_anywhere, membership::SESSION},
};

/// A request on its way to a page.
pub struct Visit {
    /// What the server works with.
    pub state: State,
    /// The language of the page.
    pub language: Language,
    /// Whether the language was chosen by a link, so that the page's links keep it.
    pub chosen: bool,
    /// Who is signed in.
    pub session: Option<Session>,
    /// The path that was asked for.
    pub path: String,
    /// The same with what was asked, but for the language.
    pub here: String,
    /// Whether the ActivityPub document is wanted rather than the page.
    pub wants_activity: bool,
}

impl Visit {
    /// Who is signed in.
    #[must_use]
    pub fn member(&self) -> Option<&Member> {
        self.session.as_ref().map(|session| &session.member)
    }

    /// Whether whoever looks after this instance is signed in.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.member().is_some_and(|member| member.administrator)
    }

    /// What forms of this session carry; empty where nobody is signed in.
    #[must_use]
    pub fn form_token(&self) -> &str {
        self.session.as_ref().map_or("", |session| &session.form_token)
    }

    async fn read(request: HttpRequest) -> Result<Self, Error> {
        let state = request.app_data::<Data<State>>().ok_or_else(Error::missing_state)?.get_ref().clone();
        let chosen = chosen_language(request.query_string());
        let session = match session_token(&request, &state) {
            Some(token) => Session::find(state.store(), state.clock(), &token).await?,
            None => None,
        };
        Ok(Self {
            language: chosen.or_else(|| accepted_language(&request)).unwrap_or(state.settings.language),
            chosen: chosen.is_some(),
            session,
            path: request.path().to_owned(),
            here: without_language(&request),
            wants_activity: negotiate::wants_activity(&request),
            state,
        })
    }
}

impl FromRequest for Visit {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(Self::read(request.clone()))
    }
}

/// Which part of a list is asked for.
#[derive(Debug, serde::Deserialize)]
pub struct AskedPart {
    before: Option<String>,
}

impl AskedPart {
    /// So many things, from where the link says.
    #[must_use]
    pub fn of(&self, limit: i64) -> Slice {
        Slice::read(self.before.as_deref(), limit)
    }
}

/// A request of a signed-in member; anyone else is led to the sign-in page first.
pub struct SignedIn {
    /// The request.
    pub visit: Visit,
    session: Session,
}

impl SignedIn {
    /// The same for a visit at hand; whoever is not signed in comes back to `next`.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub fn require(visit: Visit, next: &str) -> Result<Self, Error> {
        match visit.session.clone() {
            Some(session) => Ok(Self { visit, session }),
            None => Err(Error::SignInFirst(next.to_owned())),
        }
    }

    /// Who it is.
    #[must_use]
    pub fn by(&self) -> Member {
        self.session.member.clone()
    }

    /// `Ok` where a form was written for this session.
    ///
    /// # Errors
    /// Where it was not: another site may have made it up.
    pub fn check(&self, form_token: &str) -> Result<(), Error> {
        if self.session.wrote(form_token) { Ok(()) } else { Err(Error::Forged) }
    }
}

impl Deref for SignedIn {
    type Target = Visit;

    fn deref(&self) -> &Visit {
        &self.visit
    }
}

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let visit = Visit::read(request.clone()).await?;
            Self::require(visit, &way_back(&request))
        })
    }
}

/// A request of whoever looks after this instance. Who is not signed in is led to the sign-in page first; any other member
/// finds nothing here.
pub struct Administering(SignedIn);

impl Deref for Administering {
    type Target = SignedIn;

    fn deref(&self) -> &SignedIn {
        &self.0
    }
}

impl FromRequest for Administering {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let signed = SignedIn::from_request(request, payload);
        Box::pin(async move {
            let signed = signed.await?;
            let standing = standing_anywhere(signed.visit.member());
            if may(standing, Action::Administer) { Ok(Self(signed)) } else { Err(Error::unknown_page()) }
        })
    }
}

/// The secret that the session's cookie carries.
pub fn session_token(request: &HttpRequest, state: &State) -> Option<String> {
    let name = cookie_name(state);
    let cookies = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// The header that hands the session's secret to the visitor, or with `None` takes it back.
pub fn session_cookie(state: &State, token: Option<&str>) -> String {
    let secure = if is_https(state) { "; Secure" } else { "" };
    let age = token.map_or(0, |_| SESSION.num_seconds());
    let value = token.unwrap_or_default();
    format!("{}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}", cookie_name(state))
}

/// A path of ours that a visitor may be led back to; anything else leads home.
#[must_use]
pub fn safe_next(next: &str) -> &str {
    let plain = next.starts_with('/') && !next.starts_with("//") && next.len() < 2_000;
    let harmless = !next.chars().any(|letter| letter == '\\' || letter.is_control() || letter.is_whitespace());
    if plain && harmless && !next.starts_with("/sign-") { next } else { "/" }
}

/// Where a request comes from: told by the proxy before us where there is one, which adds what it saw at the end.
pub fn remote_address(request: &HttpRequest) -> String {
    let Some(peer) = request.peer_addr() else { return String::new() };
    let told = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let told = told.and_then(|list| list.rsplit(',').next()).and_then(|last| last.trim().parse::<IpAddr>().ok());
    told.filter(|_| is_nearby(peer.ip())).unwrap_or_else(|| peer.ip()).to_string()
}

fn is_nearby(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => four.is_loopback() || four.is_private(),
        IpAddr::V6(six) => six.is_loopback() || six.is_unique_local(),
    }
}

fn way_back(request: &HttpRequest) -> String {
    let reading = request.method() == Method::GET;
    let path = request.uri().path_and_query().filter(|_| reading).map_or("/", |path| path.as_str());
    safe_next(path).to_owned()
}

fn chosen_language(query: &str) -> Option<Language> {
    url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "lang").and_then(|(_, value)| value.parse().ok())
}

fn without_language(request: &HttpRequest) -> String {
    let pairs = url::form_urlencoded::parse(request.query_string().as_bytes()).filter(|(key, _)| key != "lang");
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { request.path().to_owned() } else { format!("{}?{query}", request.path()) }
}

/// The language that is asked for, where it is one of ours.
pub(super) fn accepted_language(request: &HttpRequest) -> Option<Language> {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE)?;
    accepted.to_str().ok().and_then(Language::negotiate)
}

/// A browser keeps one cookie of a name for all ports of a host, so the port is in the name: several instances fit on one machine.
fn cookie_name(state: &State) -> String {
    let port = state.settings.url.port().map_or_else(String::new, |port| format!("_{port}"));
    let prefix = if is_https(state) { "__Host-" } else { "" };
    format!("{prefix}archipel_session{port}")
}

fn is_https(state: &State) -> bool {
    state.settings.url.scheme() == "https"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_ours_is_a_way_back() {
        for own in ["/", "/labs/spoor", "/authorize_interaction?uri=https%3A%2F%2Fbravo.example%2Flabs%2Fspoor"] {
            assert_eq!(safe_next(own), own);
        }
        for other in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", "javascript:x", "/sign-in"] {
            assert_eq!(safe_next(other), "/", "{other:?}");
        }
    }
}
