//! The description of the API for programs: OpenAPI 3.1, generated from the handlers and the types that they answer with. What every
//! operation has in common is added here, once.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use utoipa::{
    OpenApi,
    openapi::{
        self, Content, HeaderBuilder, Info, InfoBuilder, Ref, RefOr, Response, ResponseBuilder, Server,
        path::{Operation, Parameter, PathItem},
        schema::{ObjectBuilder, Schema, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{VERSION, answer, ask, lab, organisation, search, share, theme};
use crate::{
    config::Settings,
    domain::links::Links,
    storage::Failed,
    web::error::{Error, Problem},
};

#[derive(OpenApi)]
#[openapi(
    paths(
        lab::list,
        lab::show,
        lab::add,
        lab::describe,
        share::of_lab,
        share::list,
        share::show,
        share::publish,
        share::revise,
        share::withdraw,
        organisation::list,
        organisation::show,
        theme::list,
        search::look,
        show
    ),
    components(schemas(Problem)),
    tags(
        (name = "labs", description = "Groups that one can follow, of this organisation and of others"),
        (name = "shares", description = "What labs learned, written down"),
        (name = "organisations", description = "Who has labs"),
        (name = "themes", description = "What labs work on"),
        (name = "search", description = "Labs and shares by what they say"),
        (name = "description", description = "This document")
    )
)]
struct Generated;

const DESCRIPTION: &str = "The federated directory of public innovation, for scripts and other systems.\n\n\
    Reading needs no token. Writing needs one, which a member makes on the page `/tokens`; it is sent as `Authorization: Bearer`. \
    Lists have parts: follow `next`, which is in the body and in the `Link` header. Errors are `application/problem+json`. \
    Names are English because the words are those of ActivityPub and schema.org, and the public is international; messages are \
    Dutch or English, as `Accept-Language` says.";

/// The document, written once.
#[derive(Debug)]
pub struct Document(String);

impl Document {
    /// Of this installation.
    ///
    /// # Errors
    /// `Failed` where it cannot be written.
    pub fn of(settings: &Settings, links: &Links) -> Result<Self, Failed> {
        let mut document = Generated::openapi();
        document.info = info(settings, links);
        document.servers = Some(vec![Server::new(answer::at(links, "").as_str())]);
        let paths = document.paths.paths.iter_mut();
        for (path, item) in paths {
            complete(path, item);
        }
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("archipel_…");
        let scheme =
            scheme.description(Some("A token of a member, made on the page `/tokens`, with the scopes it needs.")).build();
        document.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(scheme));
        document.to_json().map(Self).map_err(Failed::because("describe the API"))
    }
}

fn info(settings: &Settings, links: &Links) -> Info {
    let mut contact = openapi::Contact::new();
    contact.name = Some(settings.organisation_name.clone());
    contact.url = Some(links.home().to_string());
    contact.email.clone_from(&settings.contact_email);
    InfoBuilder::new()
        .title(format!("Archipel – {}", settings.organisation_name))
        .version(VERSION)
        .description(Some(DESCRIPTION))
        .contact(Some(contact))
        .build()
}

/// What every operation has in common: the errors that it may answer, and the headers of each answer.
fn complete(path: &str, item: &mut PathItem) {
    let named = path.contains('{');
    let each = [(&mut item.get, false), (&mut item.post, true), (&mut item.patch, true), (&mut item.delete, true)];
    for (operation, writes) in each {
        let Some(operation) = operation else { continue };
        for parameter in operation.parameters.iter_mut().flatten() {
            describe(parameter);
        }
        let has_body = operation.request_body.is_some();
        let told = [
            ("400", "The parameters or the body cannot be read", true),
            ("401", "No token, or one that cannot be used", writes),
            ("403", "The token's scopes or its member's roles do not allow it", writes),
            ("404", "There is no such thing here", named),
            ("409", "It collides with something that exists, or with a lab that has ended", has_body),
            ("410", "It was withdrawn", path == "/shares/{id}"),
            ("413", "The body is too large", has_body),
            ("415", "The body is no JSON", has_body),
            ("422", "Fields have to be mended: `errors` says which", has_body),
            ("429", "Too often: `Retry-After` says when to come again", true),
            ("500", "Our mistake", true),
            ("503", "The database is away or busy: `Retry-After` says when to come again", true),
        ];
        for (status, description, _) in told.into_iter().filter(|(_, _, applies)| *applies) {
            operation.responses.responses.insert(status.to_owned(), RefOr::T(problem(status, description)));
        }
        add_headers(operation);
    }
}

/// What a parameter's words say of it stands beside its name too.
fn describe(parameter: &mut Parameter) {
    if let (None, Some(RefOr::T(Schema::Object(words)))) = (&parameter.description, &parameter.schema) {
        parameter.description.clone_from(&words.description);
    }
}

fn problem(status: &str, description: &str) -> Response {
    let content = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let response = ResponseBuilder::new().description(description).content("application/problem+json", content);
    match status {
        "401" => response.header("WWW-Authenticate", text("Says that a Bearer token is wanted")),
        "429" | "503" => response.header("Retry-After", number("After how many seconds to come again")),
        _ => response,
    }
    .build()
}

fn add_headers(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        response.headers.insert("API-Version".to_owned(), text("The whole version of the API"));
        if status == "201" {
            response.headers.insert("Location".to_owned(), text("The address of what was made"));
        }
        let lists = operation.operation_id.as_deref().is_some_and(|id| id.starts_with("list") || id == "search");
        if status == "200" && lists {
            response.headers.insert("Link".to_owned(), text("The next part, as `rel=\"next\"`"));
        }
    }
}

fn text(description: &str) -> openapi::Header {
    let schema = ObjectBuilder::new().schema_type(Type::String).build();
    HeaderBuilder::new().schema(schema).description(Some(description)).build()
}

fn number(description: &str) -> openapi::Header {
    let schema = ObjectBuilder::new().schema_type(Type::Integer).build();
    HeaderBuilder::new().schema(schema).description(Some(description)).build()
}

/// Read this document
///
/// The description of the whole API, as OpenAPI 3.1.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "readDescription", tag = "description",
    responses((status = 200, description = "This document", body = serde_json::Value, content_type = "application/json"))
)]
pub async fn show(request: HttpRequest, document: Data<Document>) -> Result<HttpResponse, Error> {
    ask::nothing(&request)?;
    Ok(answer::as_it_is(document.0.clone()))
}
