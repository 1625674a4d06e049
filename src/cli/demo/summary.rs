//! What the demo tells when everything is up: where to look, who can sign in, and what to try.

use super::{home::SignIn, instance::Instance};
use crate::cli::table::lay_out;

/// Everything someone needs to look around.
pub fn write(instances: &[Instance], sign_ins: &[SignIn], missing: &[String], ending: &str) -> String {
    let mut parts = vec![
        "Five organisations are up, follow each other and make one directory. All of it is made up.".to_owned(),
        write_addresses(instances),
        write_sign_ins(instances, sign_ins),
        write_ideas(instances, sign_ins),
        ending.to_owned(),
    ];
    if !missing.is_empty() {
        parts.insert(1, format!("Not everything arrived in time:\n  {}", missing.join("\n  ")));
    }
    format!("\n{}\n", parts.join("\n\n"))
}

fn write_addresses(instances: &[Instance]) -> String {
    let mut rows = Vec::new();
    for instance in instances {
        let host = instance.federation.links.host();
        for (number, lab) in instance.organisation.labs.iter().enumerate() {
            let first = |text: &str| if number == 0 { text.to_owned() } else { String::new() };
            let name = first(&instance.organisation.name);
            rows.push(vec![name, first(instance.settings.url.as_str()), lab.name.clone(), format!("@{}@{host}", lab.handle)]);
        }
    }
    lay_out(&["organisation", "address", "lab", "to follow"], &rows)
}

fn write_sign_ins(instances: &[Instance], sign_ins: &[SignIn]) -> String {
    let row = |sign_in: &SignIn| {
        let home = instances.iter().find(|instance| instance.organisation.key == sign_in.organisation);
        let at = home.map_or(String::new(), |instance| instance.federation.links.at("/sign-in").to_string());
        vec![at, sign_in.handle.clone(), sign_in.password.clone(), format!("{}, {}", sign_in.name, sign_in.roles)]
    };
    let rows: Vec<Vec<String>> = sign_ins.iter().map(row).collect();
    lay_out(&["sign in at", "handle", "password", "who"], &rows)
}

fn write_ideas(instances: &[Instance], sign_ins: &[SignIn]) -> String {
    let [one, two, ..] = instances else { return String::new() };
    let Some(writer) = sign_ins.iter().find(|sign_in| sign_in.organisation == one.organisation.key) else { return String::new() };
    let Some(lab) = one.organisation.labs.first() else { return String::new() };
    let (here, there, host) = (&one.settings.url, &two.settings.url, one.federation.links.host());
    let handle = &lab.handle;
    let program = std::env::current_exe().map_or_else(|_| "archipel".to_owned(), |path| path.display().to_string());
    format!(
        "Eight things to try:\n\
         1. Look who in the whole archipelago receives visitors, and narrow it further:\n   {here}labs?open_to=visits\n\
         2. One theme, several organisations, and what overlaps:\n   {here}themes/ai\n\
         3. Search for \"loketten\": it finds \"Het loket gaat lopen\", which lives elsewhere:\n   {here}search?q=loketten\n\
         4. Sign in as {} at {here}sign-in, publish a share in {}, and reload\n   {there}labs/{handle}@{host}: it is there within a second. \
         Then correct it, and withdraw it.\n\
         5. Signed in as {}, who looks after the instance, see the other four, and limit one:\n   {here}peers\n\
         6. Ask as another server would:\n   curl -H 'Accept: application/activity+json' {here}labs/{handle}\n\
         7. See what Mastodon shows on the organisation's profile: its labs, and everybody's labs on one theme, each with its consent:\n   \
         curl {here}organisation/collections\n\
         8. Use the command line while it runs:\n   ARCHIPEL_CONFIG={} {program} peer list",
        writer.handle,
        lab.name,
        writer.handle,
        one.file.display(),
    )
}
