//! The folder of a demo: made for this run and removed with it, or kept where someone asked for that.

use std::{
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    cli::trouble::Trouble,
    config::{Chance, Settings},
    storage::Failed,
};

/// The folder of this run.
#[derive(Debug)]
pub struct Home {
    folder: PathBuf,
    /// What an earlier, complete run left here.
    pub remembered: Option<Remembered>,
    keep: bool,
    made_folder: bool,
}

/// What a kept demo needs to start again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Remembered {
    /// The port of each organisation.
    pub ports: Vec<u16>,
    /// Who can sign in where.
    pub sign_ins: Vec<SignIn>,
}

/// Someone who can sign in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignIn {
    /// The organisation's key.
    pub organisation: String,
    /// The member's handle.
    pub handle: String,
    /// The member's name.
    pub name: String,
    /// The password.
    pub password: String,
    /// What the member may do, for people.
    pub roles: String,
}

const MEMORY: &str = "demo.json";

impl Home {
    /// A new folder among the system's temporary ones, or the folder to keep.
    ///
    /// # Errors
    /// Where the folder holds something else, or cannot be made.
    pub fn prepare(keep: Option<&Path>) -> Result<Self, Trouble> {
        let Some(folder) = keep else {
            let folder = std::env::temp_dir().join(format!("archipel-demo-{}", Chance.public_id().as_str()));
            create_private(&folder)?;
            return Ok(Self { folder, remembered: None, keep: false, made_folder: true });
        };
        let made_folder = !folder.exists();
        create_private(folder)?;
        let folder = folder.canonicalize().map_err(Failed::because("find the folder of the demo"))?;
        let remembered = read_memory(&folder)?;
        let empty = std::fs::read_dir(&folder).map_err(Failed::because("look into the folder"))?.next().is_none();
        if remembered.is_none() && !empty {
            return Err(Trouble::mistake("cli-demo-folder").with("folder", folder.display()));
        }
        Ok(Self { keep: remembered.is_some(), remembered, folder, made_folder })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps the folder for another run, which finds this.
    ///
    /// # Errors
    /// `Failed` where that cannot be written.
    pub fn remember(&mut self, remembered: &Remembered) -> Result<(), Failed> {
        let text = serde_json::to_string_pretty(remembered).map_err(Failed::because("write down the demo"))?;
        std::fs::write(self.folder.join(MEMORY), text).map_err(Failed::because("write down the demo"))?;
        self.keep = true;
        Ok(())
    }

    /// The settings of an organisation on this port; the same file serves commands that someone tries by hand.
    ///
    /// # Errors
    /// Where they cannot be written or read.
    pub fn settle(&self, organisation: &super::cast::Organisation, port: u16) -> Result<(PathBuf, Settings), Trouble> {
        let folder = self.folder.join(&organisation.key);
        create_private(&folder)?;
        let file = folder.join("archipel.toml");
        let text = format!(
            "url = \"http://127.0.0.1:{port}\"\nlisten = \"127.0.0.1:{port}\"\ndata_dir = {:?}\norganisation_name = {:?}\n\
             organisation_handle = {:?}\norganisation_kind = {:?}\nlanguage = {:?}\ndevelopment = true\n",
            folder.join("data").display().to_string(),
            organisation.name,
            organisation.handle,
            organisation.kind,
            organisation.language,
        );
        std::fs::write(&file, text).map_err(Failed::because("write the settings of the demo"))?;
        let settings = Settings::read(|name| (name == "ARCHIPEL_CONFIG").then(|| file.display().to_string()))?;
        Ok((file, settings))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.keep {
            return;
        }
        if self.made_folder {
            let _ = std::fs::remove_dir_all(&self.folder);
        } else if let Ok(entries) = std::fs::read_dir(&self.folder) {
            // It was empty when we came.
            for entry in entries.flatten() {
                let _ = std::fs::remove_dir_all(entry.path()).or_else(|_| std::fs::remove_file(entry.path()));
            }
        }
    }
}

fn create_private(folder: &Path) -> Result<(), Failed> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(Failed::because("make a folder for the demo"))
}

fn read_memory(folder: &Path) -> Result<Option<Remembered>, Failed> {
    match std::fs::read_to_string(folder.join(MEMORY)) {
        Ok(text) => serde_json::from_str(&text).map(Some).map_err(Failed::because("read what an earlier demo left")),
        Err(_) => Ok(None),
    }
}
