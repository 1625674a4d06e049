//! The settings: one TOML file and the environment (which wins), each error naming the setting and the fix.
//! It never prints a secret.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use url::Url;

use crate::domain::{
    actor::Handle,
    language::Language,
    links::Links,
    organisation::{Organisation, OrganisationKind, Tooi},
};

/// Everything an administrator can set, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address of this instance, for good.
    pub url: Url,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The one folder that holds everything.
    pub data_dir: PathBuf,
    /// Where the database is.
    pub database: Database,
    /// The organisation's name.
    pub organisation_name: String,
    /// The organisation's handle.
    pub organisation_handle: Handle,
    /// What the organisation is.
    pub organisation: Organisation,
    /// Where people can write about this instance, where that is said.
    pub contact_email: Option<String>,
    /// The language of pages for visitors who ask for none that we speak.
    pub language: Language,
    /// Allows http, ports and loopback peers, and nothing beyond loopback.
    pub development: bool,
    /// Certificates to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Which log lines are written.
    pub log: String,
}

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// A server, by URL.
    Postgres(String),
}

/// A setting that cannot be used: which, why, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}. {fix}.")]
pub struct SettingError {
    /// The environment's name of the setting.
    pub name: &'static str,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub fix: String,
}

impl SettingError {
    fn new(name: &'static str, problem: impl fmt::Display, fix: impl fmt::Display) -> Self {
        Self { name, problem: problem.to_string(), fix: fix.to_string() }
    }
}

/// The TOML file: the same names in lower case, without the prefix.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    url: Option<String>,
    listen: Option<String>,
    data_dir: Option<String>,
    database_url: Option<String>,
    organisation_name: Option<String>,
    organisation_handle: Option<String>,
    organisation_kind: Option<String>,
    organisation_tooi: Option<String>,
    contact_email: Option<String>,
    language: Option<String>,
    development: Option<bool>,
    ca_file: Option<String>,
    log: Option<String>,
}

impl Settings {
    /// Reads the file that `ARCHIPEL_CONFIG` names, or `archipel.toml` where it exists, then the environment, through `lookup`.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingError> {
        let file = read_file(lookup("ARCHIPEL_CONFIG").as_deref())?;
        let filled = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        let development = match filled("ARCHIPEL_DEVELOPMENT") {
            Some(text) => parse_switch(&text)?,
            None => file.development.unwrap_or(false),
        };
        let url = parse_url(filled("ARCHIPEL_URL").or(file.url), development)?;
        let data_dir = PathBuf::from(filled("ARCHIPEL_DATA_DIR").or(file.data_dir).unwrap_or_else(|| "archipel-data".into()));
        let organisation_name = parse_organisation_name(filled("ARCHIPEL_ORGANISATION_NAME").or(file.organisation_name))?;
        let handle = filled("ARCHIPEL_ORGANISATION_HANDLE").or(file.organisation_handle);
        let kind = filled("ARCHIPEL_ORGANISATION_KIND").or(file.organisation_kind);
        let tooi = filled("ARCHIPEL_ORGANISATION_TOOI").or(file.organisation_tooi);
        Ok(Self {
            listen: parse_listen(filled("ARCHIPEL_LISTEN").or(file.listen), development)?,
            database: parse_database(filled("ARCHIPEL_DATABASE_URL").or(file.database_url), &data_dir)?,
            organisation_handle: parse_handle(handle, &organisation_name)?,
            organisation: parse_organisation(kind.as_deref(), tooi.as_deref())?,
            contact_email: parse_email(filled("ARCHIPEL_CONTACT_EMAIL").or(file.contact_email))?,
            language: parse_language(filled("ARCHIPEL_LANGUAGE").or(file.language))?,
            ca_file: parse_ca_file(filled("ARCHIPEL_CA_FILE").or(file.ca_file))?,
            log: filled("ARCHIPEL_LOG").or(file.log).unwrap_or_else(|| "info,actix_server=warn".into()),
            url,
            data_dir,
            organisation_name,
            development,
        })
    }

    /// Mints the addresses of this instance.
    #[must_use]
    pub fn links(&self) -> Links {
        Links::new(self.url.clone())
    }

    /// The folder of pictures.
    #[must_use]
    pub fn media_dir(&self) -> PathBuf {
        self.data_dir.join("media")
    }

    /// The effective settings, as TOML, without secrets.
    #[must_use]
    pub fn describe(&self) -> String {
        let database = match &self.database {
            Database::Sqlite(path) => format!("sqlite://{}", path.display()),
            Database::Postgres(url) => hide_password(url),
        };
        let ca_file = self.ca_file.as_ref().map_or(String::new(), |path| format!("ca_file = {:?}\n", path.display().to_string()));
        let kind = self.organisation.kind.map_or(String::new(), |kind| format!("organisation_kind = {:?}\n", kind.code()));
        let tooi =
            self.organisation.tooi.as_ref().map_or(String::new(), |tooi| format!("organisation_tooi = {:?}\n", tooi.as_str()));
        let email = self.contact_email.as_ref().map_or(String::new(), |email| format!("contact_email = {email:?}\n"));
        format!(
            "url = {:?}\nlisten = {:?}\ndata_dir = {:?}\ndatabase_url = {database:?}\norganisation_name = {:?}\n\
             organisation_handle = {:?}\n{kind}{tooi}{email}language = {:?}\ndevelopment = {}\n{ca_file}log = {:?}\n",
            self.url.as_str(),
            self.listen.to_string(),
            self.data_dir.display().to_string(),
            self.organisation_name,
            self.organisation_handle.as_str(),
            self.language.code(),
            self.development,
            self.log,
        )
    }
}

fn read_file(named: Option<&str>) -> Result<Written, SettingError> {
    let path = Path::new(named.unwrap_or("archipel.toml"));
    if named.is_none() && !path.exists() {
        return Ok(Written::default());
    }
    let at = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        SettingError::new("ARCHIPEL_CONFIG", format!("{at} cannot be read ({error})"), "Name a file that exists")
    })?;
    toml::from_str(&text).map_err(|error| {
        SettingError::new(
            "ARCHIPEL_CONFIG",
            format!("{at} is not understood: {}", error.message()),
            "See docs/hosting.md for the names",
        )
    })
}

fn parse_switch(text: &str) -> Result<bool, SettingError> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        other => {
            Err(SettingError::new("ARCHIPEL_DEVELOPMENT", format!("{other:?} is neither true nor false"), "Use true or false"))
        }
    }
}

fn parse_url(text: Option<String>, development: bool) -> Result<Url, SettingError> {
    const NAME: &str = "ARCHIPEL_URL";
    let example = "Give the address people will use, such as https://archipel.ministry.example";
    let text = text.ok_or_else(|| SettingError::new(NAME, "it is not set", example))?;
    let url =
        Url::parse(text.trim()).map_err(|error| SettingError::new(NAME, format!("{text:?} is no URL ({error})"), example))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || url.path() != "/" || url.query().is_some() {
        return Err(SettingError::new(NAME, format!("{text:?} is not the root of a website"), example));
    }
    if !development && (url.scheme() != "https" || url.port().is_some()) {
        let fix = "Use https without a port, or set ARCHIPEL_DEVELOPMENT=true to try things out on this machine";
        return Err(SettingError::new(NAME, format!("{text:?} cannot be federated"), fix));
    }
    Ok(url)
}

fn parse_listen(text: Option<String>, development: bool) -> Result<SocketAddr, SettingError> {
    const NAME: &str = "ARCHIPEL_LISTEN";
    let text = text.unwrap_or_else(|| "127.0.0.1:8080".into());
    let address: SocketAddr = text
        .trim()
        .parse()
        .map_err(|_| SettingError::new(NAME, format!("{text:?} is no address and port"), "Write it like 127.0.0.1:8080"))?;
    if development && !address.ip().is_loopback() {
        let problem = "with ARCHIPEL_DEVELOPMENT the server listens on loopback only";
        return Err(SettingError::new(NAME, problem, "Use 127.0.0.1, or turn ARCHIPEL_DEVELOPMENT off"));
    }
    Ok(address)
}

fn parse_database(text: Option<String>, data_dir: &Path) -> Result<Database, SettingError> {
    let Some(text) = text else { return Ok(Database::Sqlite(data_dir.join("archipel.sqlite"))) };
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Ok(Database::Postgres(text));
    }
    match text.strip_prefix("sqlite://") {
        Some(path) if !path.is_empty() => Ok(Database::Sqlite(PathBuf::from(path))),
        _ => Err(SettingError::new(
            "ARCHIPEL_DATABASE_URL",
            "it is neither postgres:// nor sqlite://",
            "Leave it out for SQLite in the data folder",
        )),
    }
}

fn parse_email(text: Option<String>) -> Result<Option<String>, SettingError> {
    let Some(text) = text.map(|text| text.trim().to_owned()) else { return Ok(None) };
    let plain = text.len() <= 254 && !text.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    match text.split_once('@') {
        Some((name, host)) if plain && !name.is_empty() && !host.is_empty() && !host.contains('@') => Ok(Some(text)),
        _ => {
            let fix = "Write it like labs@ministry.example, or leave it out";
            Err(SettingError::new("ARCHIPEL_CONTACT_EMAIL", format!("{text:?} is no mail address"), fix))
        }
    }
}

fn parse_organisation_name(text: Option<String>) -> Result<String, SettingError> {
    const NAME: &str = "ARCHIPEL_ORGANISATION_NAME";
    let text = text.ok_or_else(|| SettingError::new(NAME, "it is not set", "Give the name of your organisation"))?;
    crate::domain::actor::parse_name(&text).map_err(|_| SettingError::new(NAME, "it is longer than 100 characters", "Shorten it"))
}

fn parse_handle(text: Option<String>, name: &str) -> Result<Handle, SettingError> {
    let parsed = text.map_or_else(|| Handle::from_name(name), |text| Handle::parse(&text));
    let fix = "Use 2 to 40 of a-z, 0-9 and _";
    parsed.map_err(|_| SettingError::new("ARCHIPEL_ORGANISATION_HANDLE", "it cannot be a handle", fix))
}

fn parse_organisation(kind: Option<&str>, tooi: Option<&str>) -> Result<Organisation, SettingError> {
    let kind = kind.map(|kind| OrganisationKind::parse(kind.trim())).transpose().map_err(|_| {
        let kinds = OrganisationKind::ALL.map(OrganisationKind::code).join(", ");
        SettingError::new("ARCHIPEL_ORGANISATION_KIND", "it is no kind of organisation", format!("Use one of {kinds}"))
    })?;
    let tooi = tooi.map(Tooi::parse).transpose().map_err(|_| {
        let fix = "Use one such as https://identifier.overheid.nl/tooi/id/gemeente/gm0363, or leave it out";
        SettingError::new("ARCHIPEL_ORGANISATION_TOOI", "it is no identifier of the register of organisations", fix)
    })?;
    Ok(Organisation { kind, tooi })
}

fn parse_language(text: Option<String>) -> Result<Language, SettingError> {
    let Some(text) = text else { return Ok(Language::En) };
    text.trim()
        .parse()
        .map_err(|_| SettingError::new("ARCHIPEL_LANGUAGE", format!("{text:?} is not spoken here"), "Use nl or en"))
}

fn parse_ca_file(text: Option<String>) -> Result<Option<PathBuf>, SettingError> {
    let path = text.map(PathBuf::from);
    match path {
        Some(path) if !path.is_file() => Err(SettingError::new(
            "ARCHIPEL_CA_FILE",
            format!("{} is no file", path.display()),
            "Name a PEM file of certificates",
        )),
        path => Ok(path),
    }
}

fn hide_password(url: &str) -> String {
    Url::parse(url).map_or_else(
        |_| "postgres://…".into(),
        |mut url| {
            if url.password().is_some() && url.set_password(Some("…")).is_err() {
                return "postgres://…".into();
            }
            url.to_string()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, SettingError> {
        Settings::read(|name| pairs.iter().rev().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn two_settings_are_enough() {
        let settings =
            read(&[("ARCHIPEL_URL", "https://alpha.example"), ("ARCHIPEL_ORGANISATION_NAME", "Ministerie van Voorbeelden")])
                .unwrap();
        assert_eq!(settings.organisation_handle.as_str(), "ministerie_van_voorbeelden");
        assert_eq!(settings.database, Database::Sqlite("archipel-data/archipel.sqlite".into()));
    }

    #[test]
    fn each_error_names_the_setting_and_the_fix() {
        let name = ("ARCHIPEL_ORGANISATION_NAME", "Proef");
        for (pair, wanted) in [
            (("ARCHIPEL_URL", "alpha"), "ARCHIPEL_URL"),
            (("ARCHIPEL_URL", "http://alpha.example"), "ARCHIPEL_URL"),
            (("ARCHIPEL_URL", "https://alpha.example/sub"), "ARCHIPEL_URL"),
            (("ARCHIPEL_ORGANISATION_KIND", "ministerie"), "ARCHIPEL_ORGANISATION_KIND"),
            (("ARCHIPEL_ORGANISATION_TOOI", "gm0363"), "ARCHIPEL_ORGANISATION_TOOI"),
        ] {
            let error = read(&[("ARCHIPEL_URL", "https://alpha.example"), name, pair]).unwrap_err();
            assert_eq!(error.name, wanted);
            assert!(!error.fix.is_empty());
        }
    }

    #[test]
    fn development_refuses_to_listen_beyond_loopback() {
        let pairs = [
            ("ARCHIPEL_URL", "http://127.0.0.1:4001"),
            ("ARCHIPEL_ORGANISATION_NAME", "Proef"),
            ("ARCHIPEL_DEVELOPMENT", "true"),
            ("ARCHIPEL_LISTEN", "0.0.0.0:4001"),
        ];
        assert_eq!(read(&pairs).unwrap_err().name, "ARCHIPEL_LISTEN");
    }

    #[test]
    fn a_password_is_never_described() {
        let pairs = [
            ("ARCHIPEL_URL", "https://alpha.example"),
            ("ARCHIPEL_ORGANISATION_NAME", "Proef"),
            ("ARCHIPEL_DATABASE_URL", "postgres://archipel:geheim@db.example/archipel"),
        ];
        let described = read(&pairs).unwrap().describe();
        assert!(!described.contains("geheim") && described.contains("db.example"), "{described}");
    }
}
