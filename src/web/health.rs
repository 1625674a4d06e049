//! Whether the server lives, and whether it can work.

use actix_web::{HttpResponse, web::Data};

use super::{State, error};
use crate::storage::{Failed, membership};

/// The process answers.
pub async fn live() -> &'static str {
    "alive\n"
}

/// The database answers too.
pub async fn ready(state: Data<State>) -> HttpResponse {
    match state.store().read(membership::count).await {
        Ok(_) => HttpResponse::Ok().body("ready\n"),
        Err(failed) => not_ready(&failed),
    }
}

fn not_ready(failed: &Failed) -> HttpResponse {
    tracing::warn!(error = %failed, "not ready");
    HttpResponse::build(error::NOT_READY).body("the database does not answer\n")
}
