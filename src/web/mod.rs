//! The web server: every route stands on this page. Handlers parse, call one use case, and answer a page or lead to one.
//! It decides nothing: permissions are the use cases', the wire's form is the federation's.

mod activitypub;
mod admission;
mod api;
mod asset;
mod audience;
mod block;
mod card;
mod catalog;
mod collection;
mod delivery;
mod directory;
mod discovery;
mod error;
mod feature;
mod feed;
mod freshness;
mod health;
mod instance;
mod lab;
mod linked_data;
mod media;
mod membership;
mod negotiate;
mod page;
mod patience;
mod peer;
mod register;
mod reply;
mod request;
mod search;
mod security;
mod share;
mod sitemap;
mod theme;
mod token;

use std::time::Duration;

use actix_multipart::{
    MultipartError,
    form::{MultipartFormConfig, tempfile::TempFileConfig},
};
use actix_web::{
    App, HttpServer, Route,
    dev::Server,
    error::PayloadError,
    guard,
    http::Method,
    middleware::{Compress, from_fn},
    web::{self, Data, FormConfig, ServiceConfig, post},
};

use crate::{
    auth::Throttle,
    config::{Chance, Clock, Settings},
    domain::links::Links,
    federation::Federation,
    storage::Store,
};
use admission::Admission;
use error::Error;

/// How long a connection is kept for the next request.
const KEPT: Duration = Duration::from_secs(75);

/// The longest that any answer may take, with its request.
const ANSWERED: Duration = Duration::from_mins(5);

/// What the server works with.
#[derive(Debug, Clone)]
pub struct State {
    /// This installation.
    pub settings: Settings,
    /// The database, our addresses, and others.
    pub federation: Federation,
}

impl State {
    /// The database.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.federation.store
    }

    /// Our addresses.
    #[must_use]
    pub const fn links(&self) -> &Links {
        &self.federation.links
    }

    /// The time.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.federation.clock
    }

    /// The dice.
    #[must_use]
    pub const fn chance(&self) -> Chance {
        self.federation.chance
    }
}

/// Starts the server on the address of the settings. Signals are the caller's; stopping waits ten seconds for requests.
///
/// # Errors
/// Where nothing can listen on that address.
pub fn start(state: State) -> std::io::Result<Server> {
    let listen = state.settings.listen;
    tokio::spawn(media::sweep(state.clone()));
    let (state, throttle, admission) = (Data::new(state), Data::new(Throttle::default()), Data::new(Admission::default()));
    let (offer, pace) = (Data::new(directory::Offer::default()), Data::new(api::Pace::default()));
    let document = Data::new(api::Document::of(&state.settings, state.links()).map_err(std::io::Error::other)?);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .app_data(throttle.clone())
            .app_data(admission.clone())
            .app_data(offer.clone())
            .app_data(pace.clone())
            .app_data(document.clone())
            .app_data(TempFileConfig::default().directory(state.settings.data_dir.clone()))
            .configure(limits)
            .configure(routes)
            .default_service(web::to(|| async { Err::<&str, _>(Error::unknown_page()) }))
            .wrap(from_fn(security::read_nul))
            .wrap(from_fn(security::refuse_other_sites))
            .wrap(from_fn(security::refuse_blocked))
            .wrap(from_fn(api::admit))
            .wrap(from_fn(error::present))
            .wrap(from_fn(api::furnish))
            .wrap(from_fn(security::protect))
            .wrap(from_fn(freshness::answer))
            .wrap(Compress::default())
            .wrap(from_fn(security::log))
            .wrap(from_fn(patience::mind))
    });
    let patience = patience::Patience::new(KEPT + Duration::from_secs(10), ANSWERED);
    tokio::spawn(patience.clone().watch());
    let server = server
        .workers(2)
        .on_connect(move |connection, data| patience.seat(connection, data))
        .keep_alive(KEPT)
        .client_request_timeout(Duration::from_secs(10))
        .client_disconnect_timeout(Duration::from_secs(5))
        .shutdown_timeout(10)
        .disable_signals();
    Ok(server.bind(listen)?.run())
}

/// How much a form may send.
fn limits(config: &mut ServiceConfig) {
    config.app_data(FormConfig::default().limit(1024 * 1024)).app_data(
        MultipartFormConfig::default().total_limit(14 * 1024 * 1024).memory_limit(1024 * 1024).error_handler(|error, _| {
            match error {
                MultipartError::Payload(PayloadError::Overflow) => media::too_large().into(),
                other => other.into(),
            }
        }),
    );
}

/// Every address. What only programs ask for is in [`activitypub`].
fn routes(config: &mut ServiceConfig) {
    config
        .configure(activitypub::shared_inbox)
        .route("/", get().to(instance::home))
        .route("/organisation", get().to(instance::organisation))
        .route("/organisation/collections", get().to(feature::list))
        .route("/organisation/collections/{word}", get().to(feature::show))
        .route(r"/organisation/collections/{word}/items/{number:\d+}", get().to(feature::item))
        .route("/organisation.atom", get().to(feed::of_organisation))
        .route("/labs", get().to(directory::list))
        .route("/labs.{format:json|csv|atom|opml}", get().to(directory::export))
        .route("/labs/new", get().to(lab::new))
        .route("/labs/new", post().to(lab::create))
        .route("/labs/new/table", get().to(lab::ask_import))
        .route("/labs/new/table", post().to(lab::import))
        .route("/labs/{handle}.atom", get().to(feed::of_lab))
        .route("/labs/{handle}", get().to(lab::show))
        .route("/labs/{handle}/edit", get().to(lab::edit))
        .route("/labs/{handle}/edit", post().to(lab::revise))
        .route("/labs/{handle}/end", get().to(lab::ask_end))
        .route("/labs/{handle}/end", post().to(lab::end))
        .route("/labs/{handle}/collections", get().to(feature::of_lab))
        .route("/labs/{handle}/collections", post().to(feature::withdraw))
        .route(r"/labs/{handle}/stamps/{number:\d+}", get().to(feature::stamp))
        .route("/labs/{handle}/follow", get().to(audience::show))
        .route("/labs/{handle}/follow", post().to(audience::follow))
        .route("/labs/{handle}/unfollow", post().to(audience::unfollow))
        .route("/labs/{handle}/shares/new", get().to(share::new))
        .route("/labs/{handle}/shares/new", post().to(share::create))
        .route("/shares/{id}", get().to(share::show))
        .route("/shares/{id}/edit", get().to(share::edit))
        .route("/shares/{id}/edit", post().to(share::revise))
        .route("/shares/{id}/withdraw", get().to(share::ask))
        .route("/shares/{id}/withdraw", post().to(share::withdraw))
        .route("/shares/{id}/reply", get().to(reply::back))
        .route("/shares/{id}/reply", post().to(reply::write))
        .route("/replies/{id}", get().to(reply::show))
        .route("/search", get().to(search::show))
        .route("/tags/{tag}", get().to(share::tag))
        .route("/sitemap.xml", get().to(sitemap::index))
        .route("/sitemap/{name}.xml", get().to(sitemap::part))
        .route("/themes", get().to(theme::list))
        .route("/themes", post().to(theme::add))
        .route("/themes/{slug}", get().to(theme::show))
        .route("/themes/{slug}", post().to(theme::revise))
        .route("/themes/{slug}/edit", get().to(theme::ask))
        .route("/themes/{slug}/collection", post().to(feature::set))
        .route("/themes/{slug}/merge", post().to(theme::merge))
        .route("/people/{handle}", get().to(membership::show))
        .route("/follow", get().to(audience::list))
        .route("/follow", post().to(audience::follow_address))
        .route("/authorize_interaction", get().to(audience::interact))
        .route("/tokens", get().to(token::list))
        .route("/tokens", post().to(token::add))
        .route("/tokens/{id}/revoke", post().to(token::revoke))
        .route("/sign-in", get().to(membership::ask))
        .route("/sign-in", post().to(membership::sign_in))
        .route("/sign-out", post().to(membership::sign_out))
        .configure(administration)
        .route("/media/island/{name}", get().to(media::island))
        .route("/media/{name}", get().to(media::show))
        .route("/assets/{name}", get().to(asset::show))
        .route("/favicon.ico", get().to(asset::favicon))
        .route("/health/live", get().to(health::live))
        .route("/health/ready", get().to(health::ready))
        .configure(registers)
        .configure(api::routes)
        .configure(activitypub::routes);
}

/// What only those who look after the instance find.
fn administration(config: &mut ServiceConfig) {
    config
        .route("/deliveries", get().to(delivery::list))
        .route("/deliveries/retry", post().to(delivery::retry))
        .route("/peers", get().to(peer::list))
        .route("/peers/look", post().to(peer::look))
        .route("/peers/add", post().to(peer::add))
        .route("/peers/several", post().to(peer::look_at_several))
        .route("/peers/several/add", post().to(peer::add_several))
        .route("/peers/{host}", get().to(peer::show))
        .route("/peers/{host}/policy", post().to(peer::set_policy))
        .route("/peers/{host}/leave", post().to(peer::leave))
        .route("/blocks", get().to(block::list))
        .route("/blocks/add", post().to(block::add))
        .route("/blocks/remove", get().to(block::ask))
        .route("/blocks/remove", post().to(block::remove));
}

/// Whose domains are whose, and what can be taken from here as data.
fn registers(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/register")
                .app_data(register::limits())
                .route(get().to(register::show))
                .route(post().to(register::import)),
        )
        .route("/register/remove", post().to(register::remove))
        .route("/catalog.jsonld", get().to(catalog::show));
}

/// A page is also asked for without its body.
fn get() -> Route {
    let reads = |method: &Method| method == Method::GET || method == Method::HEAD;
    web::route().guard(guard::fn_guard(move |context| reads(&context.head().method)))
}
