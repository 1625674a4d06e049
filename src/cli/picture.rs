//! A picture given on the command line, with the words that stand for it. What is refused afterwards leaves no file behind.

use std::{io::Read, path::PathBuf};

use clap::Args;

use super::{Installation, build_runtime, trouble::Trouble};
use crate::{domain::picture::Picture, media};

/// A picture and its description, both or neither.
#[derive(Debug, Args)]
pub struct Upload {
    /// A PNG, JPEG or WebP of at most 12 MB
    #[arg(long, value_name = "FILE", requires = "picture_description")]
    picture: Option<PathBuf>,
    /// What it shows, for who cannot see it
    #[arg(long, value_name = "TEXT", requires = "picture")]
    picture_description: Option<String>,
}

/// More than any picture that is taken.
const LIMIT: u64 = 16 * 1024 * 1024;

impl Upload {
    /// Whether there is one.
    pub const fn is_given(&self) -> bool {
        self.picture.is_some()
    }

    /// Keeps the picture for as long as `work` takes, and for good where that succeeds.
    ///
    /// # Errors
    /// Where it is no picture, or what `work` returns.
    pub fn keep_for<T>(
        &self,
        installation: &Installation,
        work: impl FnOnce(Option<Picture>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let Some(file) = &self.picture else { return work(None) };
        let folder = installation.settings.media_dir();
        let bytes = read(file)?;
        let name = build_runtime()?.block_on(media::keep(folder.clone(), installation.federation.chance, bytes))?;
        let description = self.picture_description.clone().unwrap_or_default();
        let done = work(Some(Picture { url: installation.federation.links.media(&name), description }));
        if done.is_err() {
            let _ = std::fs::remove_file(folder.join(name));
        }
        done
    }
}

fn read(file: &PathBuf) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).and_then(|open| open.take(LIMIT).read_to_end(&mut bytes));
    opened.map_err(|error| Trouble::mistake("cli-unreadable").with("file", file.display()).with("cause", error))?;
    Ok(bytes)
}
