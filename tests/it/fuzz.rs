//! The checks that `bin/fuzz` feeds with all it can think of, over what it found worth keeping, and over shapes of our own.

mod activity;
mod arbitrary;
mod sanitiser;
mod signature;
mod webfinger;

use std::{
    fs,
    path::{Path, PathBuf},
};

#[test]
fn every_kept_request_proves_what_it_says_and_no_more() {
    let kept = corpus("signature");
    for bytes in &kept {
        signature::check(bytes);
    }
    let claims = signature::count_claims(kept.iter().map(Vec::as_slice));
    assert!(claims >= 5, "a claim is read of only {claims} of {} requests", kept.len());
}

#[test]
fn every_kept_activity_is_read_within_bounds() {
    for bytes in corpus("activity") {
        activity::check(&bytes);
    }
}

#[test]
fn every_recorded_activity_is_read_within_bounds() {
    let recorded = files(&root().join("tests/wire"));
    assert!(recorded.len() > 100, "only {} recordings were found", recorded.len());
    for bytes in recorded {
        activity::check(&bytes);
    }
}

#[test]
fn every_kept_text_is_sanitised_for_good() {
    for bytes in corpus("sanitiser") {
        sanitiser::check(&bytes);
    }
}

#[test]
fn every_kept_address_and_answer_has_one_form() {
    for bytes in corpus("webfinger") {
        webfinger::check(&bytes);
    }
}

#[test]
fn the_scanner_finds_what_must_not_be_there() {
    for html in [
        "<script>x</script>",
        "<p onclick=\"x\">a</p>",
        "<a href=\"javascript:x\" rel=\"nofollow noopener ugc\">a</a>",
        "<a href=\"/relative\" rel=\"nofollow noopener ugc\">a</a>",
        "<a href=\"https://a.example/\">a</a>",
        "<img src=\"https://a.example/\">",
        "<p class=\"x\">a</p>",
        "<p lang='a'>a</p>",
        "<p",
        "a > b",
    ] {
        assert!(std::panic::catch_unwind(|| sanitiser::assert_safe(html)).is_err(), "{html}");
    }
    sanitiser::assert_safe("<p>a &lt; b<br><a href=\"https://a.example/\" rel=\"nofollow noopener ugc\">c</a></p>");
}

#[test]
fn what_is_kept_is_small() {
    for target in ["activity", "sanitiser", "signature", "webfinger"] {
        let kept = corpus(target);
        let bytes: usize = kept.iter().map(Vec::len).sum();
        assert!(kept.iter().all(|file| file.len() <= 4_096) && bytes < 125_000, "{target}: {bytes} bytes in all");
    }
}

/// What is kept for one target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let kept = files(&root().join("fuzz/corpus").join(target));
    assert!(kept.len() >= 7, "only {} inputs are kept for {target}", kept.len());
    kept
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let read = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![fs::read(path).expect("a file")] };
    paths.into_iter().flat_map(read).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
