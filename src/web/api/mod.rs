//! The API for scripts and other systems (decision 0012): every address of it stands on this page. What is read is what anyone may
//! see; what is written goes through the use cases of the forms. Sessions and cookies mean nothing here.

mod answer;
mod ask;
mod bearer;
mod document;
mod guide;
mod lab;
mod organisation;
mod pace;
mod search;
mod share;
mod theme;
mod word;

use actix_web::{
    HttpRequest, HttpResponse, Resource,
    http::{Method, header},
    web::{self, ServiceConfig, delete, patch, post},
};

pub use document::Document;
pub use pace::{Pace, admit, furnish};

use super::{
    error::{Declined, Error, ROOT},
    get,
};

/// The version of what is answered, in full; the address has its first number.
pub const VERSION: &str = "1.0.0";

/// Every address of the API, with the methods that it takes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/api", get().to(guide::show))
        .service(at("/openapi.json", "GET, HEAD, OPTIONS").route(get().to(document::show)))
        .service(at("/labs", "GET, HEAD, POST, OPTIONS").route(get().to(lab::list)).route(post().to(lab::add)))
        .service(at("/labs/{id}", "GET, HEAD, PATCH, OPTIONS").route(get().to(lab::show)).route(patch().to(lab::describe)))
        .service(
            at("/labs/{id}/shares", "GET, HEAD, POST, OPTIONS").route(get().to(share::of_lab)).route(post().to(share::publish)),
        )
        .service(at("/shares", "GET, HEAD, OPTIONS").route(get().to(share::list)))
        .service(
            at("/shares/{id}", "GET, HEAD, PATCH, DELETE, OPTIONS")
                .route(get().to(share::show))
                .route(patch().to(share::revise))
                .route(delete().to(share::withdraw)),
        )
        .service(at("/organisations", "GET, HEAD, OPTIONS").route(get().to(organisation::list)))
        .service(at("/organisations/{host}", "GET, HEAD, OPTIONS").route(get().to(organisation::show)))
        .service(at("/themes", "GET, HEAD, OPTIONS").route(get().to(theme::list)))
        .service(at("/search", "GET, HEAD, OPTIONS").route(get().to(search::look)));
}

/// An address below the root; a method that it does not take is told those that it does.
fn at(path: &str, methods: &'static str) -> Resource {
    let other = move |request: HttpRequest| async move { turn_away(&request, methods) };
    web::resource(format!("{ROOT}{path}")).default_service(web::to(other))
}

/// What may be asked for is told to whoever asks with OPTIONS, as browsers do before they read for another site.
fn turn_away(request: &HttpRequest, methods: &'static str) -> Result<HttpResponse, Error> {
    if request.method() != Method::OPTIONS {
        return Err(Declined::method(methods).into());
    }
    Ok(HttpResponse::NoContent()
        .insert_header((header::ALLOW, methods))
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "Accept, Accept-Language, If-None-Match"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish())
}
