//! Following: a visitor follows a lab of ours from a server of their own; a member of ours follows someone elsewhere.

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderValue},
    web::{Form, Path, Query},
};
use askama::Template;
use url::Url;

use super::{
    card,
    error::{self, Error},
    lab as labs, media,
    page::{Problem, lead_away},
    request::{SignedIn, Visit},
    security,
};
use crate::{
    domain::{
        actor::Actor,
        audience::FollowState,
        peer::{Account, Address},
        refusal::Refused,
    },
    storage::{Failed, audience, share},
    usecases::{self, Outcome},
};

/// What the forms of following send.
#[derive(serde::Deserialize)]
pub struct Sent {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    address: String,
}

#[derive(Template)]
#[template(path = "audience/follow.html")]
struct FollowPage<'a> {
    visit: &'a Visit,
    lab: Actor,
    picture: String,
    address: String,
    problem: Problem,
}

/// How to follow a lab of ours; for a lab elsewhere its page here has the button.
pub async fn show(visit: Visit, handle: Path<String>) -> Result<HttpResponse, Error> {
    if handle.contains('@') {
        return Ok(visit.lead_to(&format!("/labs/{handle}")));
    }
    let lab = find_own(&visit, &handle).await?;
    follow_page(&visit, lab, String::new(), None)
}

/// Leads a visitor to the follow screen of their own server; or, of a lab elsewhere, makes the member follow it.
pub async fn follow(visit: Visit, handle: Path<String>, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    if handle.contains('@') {
        let signed = SignedIn::require(visit, "/labs")?;
        return follow_known(&signed, &handle, &sent).await;
    }
    let lab = find_own(&visit, &handle).await?;
    match find_screen(&visit, &sent.address, &lab.uri).await {
        Ok(screen) => Ok(allow_leading_elsewhere(lead_away(screen.as_str()))),
        Err(usecases::Error::Refused(refused)) => follow_page(&visit, lab, sent.into_inner().address, Some(&refused)),
        Err(other) => Err(other.into()),
    }
}

/// Ends a follow of the member.
pub async fn unfollow(signed: SignedIn, handle: Path<String>, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    signed.check(&sent.form_token)?;
    let (by, now, address) = (signed.by(), signed.state.clock().now(), handle.into_inner());
    let path = format!("/labs/{address}");
    let write = signed.state.store().write(move |tx| {
        let followee = labs::find_known(tx, split(&address)?)?;
        usecases::audience::unfollow(tx, now, Some(&by), &by.actor.handle, &followee)
    });
    write.await?;
    Ok(signed.lead_to(&path))
}

async fn follow_known(signed: &SignedIn, address: &str, sent: &Sent) -> Result<HttpResponse, Error> {
    signed.check(&sent.form_token)?;
    let known = address.to_owned();
    let read = signed.state.store().read(move |tx| labs::find_known(tx, split(&known)?));
    let followee = read.await?;
    follow_as_member(signed, followee).await?;
    Ok(signed.lead_to(&format!("/labs/{address}")))
}

async fn follow_as_member(signed: &SignedIn, followee: Actor) -> Outcome<FollowState> {
    let (by, now) = (signed.by(), signed.state.clock().now());
    let write = signed.state.store().write(move |tx| usecases::audience::follow(tx, now, Some(&by), &by.actor.handle, &followee));
    write.await
}

#[derive(Template)]
#[template(path = "audience/elsewhere.html")]
struct ElsewherePage<'a> {
    visit: &'a Visit,
    following: Vec<(String, Actor, FollowState)>,
    address: String,
    problem: Problem,
}

/// Whom the member follows, and the form to follow someone else.
pub async fn list(signed: SignedIn) -> Result<HttpResponse, Error> {
    elsewhere_page(&signed, String::new(), None).await
}

/// Looks an address up, follows it as the member, and leads to its page here.
pub async fn follow_address(signed: SignedIn, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    signed.check(&sent.form_token)?;
    let followee = match look_up(&signed, &sent.address).await {
        Ok(followee) => followee,
        Err(usecases::Error::Refused(refused)) => {
            return elsewhere_page(&signed, sent.into_inner().address, Some(&refused)).await;
        }
        Err(other) => return Err(other.into()),
    };
    let path = card::lab_path(&followee);
    match follow_as_member(&signed, followee).await {
        Ok(_) => Ok(signed.lead_to(&path)),
        Err(usecases::Error::Refused(refused)) => elsewhere_page(&signed, sent.into_inner().address, Some(&refused)).await,
        Err(other) => Err(other.into()),
    }
}

/// What the member's own follow screen is asked to follow or show.
#[derive(serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    uri: String,
}

#[derive(Template)]
#[template(path = "audience/confirm.html")]
struct ConfirmPage<'a> {
    visit: &'a Visit,
    actor: Actor,
    picture: String,
    path: String,
}

/// The follow screen of this instance: a share that we know is shown, anyone elsewhere can be followed after a question.
pub async fn interact(signed: SignedIn, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let uri = asked.into_inner().uri;
    let known = uri.clone();
    let read = signed.state.store().read(move |tx| share::find_by_uri(tx, &known));
    let share: Result<_, Failed> = read.await;
    if let Some(share) = share? {
        return Ok(signed.lead_to(&format!("/shares/{}", share.public_id.as_str())));
    }
    match look_up(&signed, &uri).await {
        Ok(actor) if actor.local => Ok(signed.lead_to(actor.uri.path())),
        Ok(actor) => {
            let (picture, path) = (media::of_actor(&actor), card::lab_path(&actor));
            signed.page(&ConfirmPage { visit: &signed, actor, picture, path })
        }
        Err(usecases::Error::Refused(refused)) => elsewhere_page(&signed, uri, Some(&refused)).await,
        Err(other) => Err(other.into()),
    }
}

async fn look_up(signed: &SignedIn, address: &str) -> Outcome<Actor> {
    signed.state.federation.resolve(&Address::parse(address)?).await
}

async fn find_screen(visit: &Visit, address: &str, lab: &Url) -> Outcome<Url> {
    let account = Account::parse(address)?;
    let screen = visit.state.federation.find_follow_screen(&account, lab).await?;
    screen.ok_or_else(|| Refused::invalid("no-follow-screen").with("host", &account.host).into())
}

async fn find_own(visit: &Visit, handle: &str) -> Outcome<Actor> {
    let handle = handle.to_owned();
    visit.state.store().read(move |tx| usecases::lab::find(tx, &handle).map(|lab| lab.actor)).await
}

fn split(address: &str) -> Result<(&str, &str), Refused> {
    address.split_once('@').ok_or_else(|| Refused::unknown("actor-unknown").with("address", address))
}

fn follow_page(visit: &Visit, lab: Actor, address: String, refused: Option<&Refused>) -> Result<HttpResponse, Error> {
    let problem = refused.map(|refused| Problem::of(visit, refused)).unwrap_or_default();
    let page = FollowPage { visit, picture: media::of_actor(&lab), lab, address, problem };
    let response = match refused {
        Some(_) => visit.page_with(error::MEND, &page),
        None => visit.page(&page),
    };
    response.map(allow_leading_elsewhere)
}

async fn elsewhere_page(signed: &SignedIn, address: String, refused: Option<&Refused>) -> Result<HttpResponse, Error> {
    let by = signed.by().actor.id;
    let read = signed.state.store().read(move |tx| audience::list_following(tx, by));
    let following: Result<Vec<_>, Failed> = read.await;
    let following = following?.into_iter().map(|(actor, state)| (card::lab_path(&actor), actor, state)).collect();
    let problem = refused.map(|refused| Problem::of(signed, refused)).unwrap_or_default();
    let page = ElsewherePage { visit: signed, following, address, problem };
    match refused {
        Some(_) => signed.page_with(error::MEND, &page),
        None => signed.page(&page),
    }
}

/// The form of this page may lead to another server: that is its purpose.
fn allow_leading_elsewhere(mut response: HttpResponse) -> HttpResponse {
    let policy = HeaderValue::from_static(security::POLICY_LEADING_ELSEWHERE);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}
