//! The files that the rules are about.

use std::path::{Path, PathBuf};

/// A file of `src`.
pub struct Source {
    /// From the root of the repository, with forward slashes.
    pub path: String,
    /// All of it.
    pub text: String,
}

impl Source {
    /// The folder, or the file, directly under `src` that this belongs to: its layer. `None` for the crate's two roots.
    pub fn layer(&self) -> Option<&str> {
        let below = self.path.strip_prefix("src/")?;
        let first = below.split('/').next()?.trim_end_matches(".rs");
        (!matches!(first, "lib" | "main")).then_some(first)
    }

    /// Whether `super` means the whole crate here.
    pub fn is_root_of_its_layer(&self) -> bool {
        let steps = self.path.split('/').count();
        steps == 2 || (steps == 3 && self.path.ends_with("/mod.rs"))
    }
}

/// Every Rust file under `src`.
pub fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    walk(&root().join("src"), &mut found);
    let mut all: Vec<Source> = found.iter().map(|path| read(path)).collect();
    all.sort_by(|one, other| one.path.cmp(&other.path));
    all
}

/// The sorted names in a folder of the repository.
pub fn names_in(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn read(path: &Path) -> Source {
    let below = path.strip_prefix(root()).unwrap().components().map(|part| part.as_os_str().to_string_lossy());
    let text = std::fs::read_to_string(path).unwrap();
    Source { path: below.collect::<Vec<_>>().join("/"), text }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
