//! The directory: every filter, order and view of ten thousand labs of a hundred organisations, asked for over HTTP.

use archipel::{
    config::Clock,
    domain::{
        actor::{Actor, ActorKind},
        audience::FollowState,
        lab::LabKind,
        language::LanguageTag,
        links::Links,
        organisation::{Organisation, OrganisationKind},
        profile::{OpenTo, Place, Profile, State},
        theme::Theme,
    },
    federation::Federation,
    storage::{Failed, actor, audience, directory, listing, organisation, profile, theme},
};
use chrono::TimeDelta;
use url::Url;

use super::{
    Bench, Measured, number, process,
    report::{Figure, quantile},
};

/// How many organisations the labs belong to.
const ORGANISATIONS: usize = 100;

/// How often each address is asked for.
const TIMES: usize = 40;

/// What is asked for: each filter alone, several together, each order and view, a later part, and what nobody is.
const ADDRESSES: [&str; 22] = [
    "/labs",
    "/labs?sort=name",
    "/labs?sort=newest",
    "/labs?view=alphabet",
    "/labs?view=alphabet&letter=q",
    "/labs?view=table",
    "/labs?q=lab+77",
    "/labs?q=nowhere",
    "/labs?theme=ai",
    "/labs?kind=doetank",
    "/labs?kind=campaign&sort=name",
    "/labs?organisation_kind=province",
    "/labs?organisation=o7.bench.example",
    "/labs?place=town+33",
    "/labs?language=fy",
    "/labs?language=nl&sort=newest",
    "/labs?state=ended",
    "/labs?open_to=joint_work",
    "/labs?where=own",
    "/labs?theme=ai&language=fy&state=dormant&open_to=visits&kind=lab",
    "/labs?theme=ai&state=ended&place=town+33&q=lab",
    "/labs?after=t-5000-1",
];

/// Measures the directory page.
pub fn measure(bench: &Bench) -> Measured<()> {
    let instance = bench.found()?;
    fill(instance.federation(), &bench.keys.public, bench.options.labs())?;
    process::come_to_rest(instance.pid()?)?;
    let mut all = Vec::new();
    let (cpu, mut asked, times) = (process::cpu_seconds(instance.pid()?)?, 0, bench.options.pick(TIMES, 2));
    for address in ADDRESSES {
        // What nobody had asked for before is not what is measured.
        instance.get(address)?;
        let ask = |_| (0..times).map(|_| instance.time(address)).collect::<Measured<Vec<f64>>>();
        let rounds: Vec<Vec<f64>> = (0..bench.options.repeats()).map(ask).collect::<Measured<_>>()?;
        asked += rounds.len() * times + 1;
        let p95 = Figure::of(rounds.iter().map(|took| quantile(took, 0.95)).collect(), "ms");
        bench.report.note(&format!("{address}, p95"), &p95);
        all.push(p95.median());
    }
    let slowest = quantile(&all, 1.0);
    let cpu = (process::cpu_seconds(instance.pid()?)? - cpu) * 1_000.0 / number(asked);
    bench.report.note("directory page, all filters: CPU of the server", &Figure::one(cpu, "ms"));
    bench.report.at_most("directory page, all filters, slowest p95", &Figure::one(slowest, "ms"), 10.0);
    Ok(())
}

fn fill(federation: &Federation, public_key: &str, labs: usize) -> Measured<()> {
    let now = Clock::System.now();
    let themes = federation.store.read_now(theme::list)?;
    let follower = federation.store.read_now(|tx| actor::find_local(tx, "bench"))?.ok_or("no lab")?;
    for some in (0..labs).collect::<Vec<_>>().chunks(500) {
        federation.store.write_now(|tx| {
            for number in some {
                let host = format!("o{}.bench.example", number % ORGANISATIONS);
                let links = Links::new(Url::parse(&format!("https://{host}")).map_err(Failed::because("make a host up"))?);
                if *number < ORGANISATIONS {
                    let known = an_actor(&follower, &links, ActorKind::Organisation, *number, public_key);
                    let id = actor::save(tx, &known)?;
                    let kind = Some(OrganisationKind::ALL[number % 8]);
                    organisation::save(tx, id, &Organisation { kind, tooi: None })?;
                }
                let lab = an_actor(&follower, &links, ActorKind::Lab, *number, public_key);
                let id = actor::save(tx, &lab)?;
                listing::confirm(tx, &Actor { id, ..lab }, None, now)?;
                profile::save(tx, id, &a_profile(*number, &themes))?;
                if number % 3 == 0 {
                    let follow = format!("{}/follows/{number}", follower.uri);
                    audience::save(tx, follower.id, id, &follow, FollowState::Accepted, now)?;
                }
            }
            Ok::<_, Failed>(())
        })?;
    }
    // Who is not listed would make every page short, and fast.
    let listed = federation.store.read_now(directory::count_known)?;
    if usize::try_from(listed)? == labs { Ok(()) } else { Err(format!("{listed} of {labs} labs are listed").into()) }
}

fn an_actor(like: &Actor, links: &Links, kind: ActorKind, number: usize, public_key: &str) -> Actor {
    let uri = links.actor(kind, &format!("lab_{number}"));
    let age = TimeDelta::minutes(i64::try_from(number).unwrap_or(0));
    let letter = char::from(b'A' + u8::try_from(number % 26).unwrap_or(0));
    Actor {
        kind,
        handle: format!("lab_{number}"),
        host: links.host(),
        local: false,
        name: format!("{letter} lab {number}"),
        page: uri.clone(),
        inbox: links.at(&format!("/labs/lab_{number}/inbox")),
        shared_inbox: Some(links.shared_inbox()),
        outbox: None,
        key_uri: format!("{uri}#main-key"),
        public_key: public_key.to_owned(),
        parent: Some(links.actor(ActorKind::Organisation, "")),
        created_at: like.created_at - age,
        updated_at: like.created_at - age,
        uri,
        ..like.clone()
    }
}

fn a_profile(number: usize, themes: &[Theme]) -> Profile {
    let tag = if number.is_multiple_of(50) { "fy" } else { "nl" };
    let languages = [tag, "en"].into_iter().take(1 + number % 2).filter_map(|tag| LanguageTag::parse(tag).ok());
    Profile {
        kind: Some(LabKind::ALL[number % 5]),
        state: State::ALL[(number / 3) % 4],
        place: Place::told(&format!("Town {}", number % 300)),
        languages: languages.collect(),
        open_to: OpenTo::ALL.iter().copied().take(number % 4).collect(),
        themes: themes.iter().skip(number % themes.len().max(1)).take(1 + number % 3).cloned().collect(),
        ..Profile::default()
    }
}
