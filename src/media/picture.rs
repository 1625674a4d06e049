//! Uploaded pictures: checked before they are decoded, made smaller, written anew (which strips what cameras add), kept by a
//! random name. One at a time: a large picture takes much memory while it is open.

use std::{
    collections::BTreeSet,
    io::Cursor,
    path::{Path, PathBuf},
    time::SystemTime,
};

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder, imageops::FilterType,
    metadata::Orientation,
};
use tokio::sync::Semaphore;

use crate::{config::Chance, domain::refusal::Refused, storage::Failed, usecases::Error};

/// Most bytes of an upload.
const BYTES: usize = 12 * 1024 * 1024;
const PIXELS: u64 = 40_000_000;
const LONGEST_SIDE: u32 = 1_600;
const QUALITY: u8 = 85;

static AT_ONCE: Semaphore = Semaphore::const_new(1);

/// Keeps an uploaded PNG, JPEG or WebP; the name it is served by.
///
/// # Errors
/// `Refused` where it is too large or no such picture.
pub async fn keep(folder: PathBuf, chance: Chance, bytes: Vec<u8>) -> Result<String, Error> {
    if bytes.len() > BYTES {
        return Err(too_large().into());
    }
    let stem = format!("{}{}", chance.public_id().as_str(), chance.public_id().as_str());
    let turn = AT_ONCE.acquire().await.map_err(Failed::because("wait for a turn"))?;
    let kept = tokio::task::spawn_blocking(move || rewrite(&folder, &stem, &bytes)).await;
    drop(turn);
    kept.map_err(Failed::because("finish a picture"))?
}

/// The bytes of a kept picture; `None` where there is none, or the name is not one we give.
///
/// # Errors
/// `Failed` where it cannot be read.
pub async fn find(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, Failed> {
    if !is_name(name) {
        return Ok(None);
    }
    let path = folder.join(name);
    let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await.map_err(Failed::because("finish reading"))?;
    match read {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failed::new("read a picture", error)),
    }
}

/// Removes the kept pictures that nothing shows and that are older than this: previews that were never published. How many.
///
/// # Errors
/// `Failed` where the folder cannot be read or a picture not be removed.
pub async fn sweep(folder: PathBuf, shown: BTreeSet<String>, before: SystemTime) -> Result<usize, Failed> {
    let swept = tokio::task::spawn_blocking(move || remove_abandoned(&folder, &shown, before)).await;
    swept.map_err(Failed::because("finish sweeping"))?.map_err(Failed::because("remove abandoned pictures"))
}

/// Whether this is a name that we give: twenty letters and digits, and an ending of ours.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let Some((stem, ending)) = name.split_once('.') else { return false };
    let ours = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    stem.len() == 20 && stem.bytes().all(ours) && matches!(ending, "jpg" | "png")
}

/// The refusal of an upload with too many bytes.
#[must_use]
pub fn too_large() -> Refused {
    Refused::invalid("picture-too-large").with("limit", BYTES / 1024 / 1024)
}

fn remove_abandoned(folder: &Path, shown: &BTreeSet<String>, before: SystemTime) -> std::io::Result<usize> {
    let mut removed = 0;
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_name(&name) && !shown.contains(&name) && entry.metadata()?.modified()? < before {
            std::fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn rewrite(folder: &Path, stem: &str, bytes: &[u8]) -> Result<String, Error> {
    let picture = open(bytes)?;
    let fits = picture.width() <= LONGEST_SIDE && picture.height() <= LONGEST_SIDE;
    let picture = if fits { picture } else { picture.resize(LONGEST_SIDE, LONGEST_SIDE, FilterType::CatmullRom) };
    let flat = !picture.color().has_alpha() && image::guess_format(bytes).is_ok_and(|format| format != ImageFormat::Png);
    let (ending, encoded) = if flat { ("jpg", to_jpeg(&picture)?) } else { ("png", to_png(&picture)?) };
    let name = format!("{stem}.{ending}");
    std::fs::create_dir_all(folder).map_err(Failed::because("create the folder of pictures"))?;
    std::fs::write(folder.join(&name), encoded).map_err(Failed::because("keep a picture"))?;
    Ok(name)
}

fn open(bytes: &[u8]) -> Result<DynamicImage, Refused> {
    let unreadable = |_| Refused::invalid("picture-unreadable");
    let format = image::guess_format(bytes).map_err(unreadable)?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
        return Err(Refused::invalid("picture-unreadable"));
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(PIXELS * 8);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(Refused::invalid("picture-too-many-pixels").with("limit", PIXELS / 1_000_000));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn to_jpeg(picture: &DynamicImage) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    picture.to_rgb8().write_with_encoder(encoder).map_err(Failed::because("write a JPEG"))?;
    Ok(bytes)
}

fn to_png(picture: &DynamicImage) -> Result<Vec<u8>, Failed> {
    let mut bytes = Cursor::new(Vec::new());
    let simple = if picture.color().has_alpha() { picture.to_rgba8().into() } else { DynamicImage::from(picture.to_rgb8()) };
    simple.write_to(&mut bytes, ImageFormat::Png).map_err(Failed::because("write a PNG"))?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        to_png(&DynamicImage::new_rgb8(width, height)).unwrap()
    }

    #[tokio::test]
    async fn a_large_picture_is_kept_smaller_under_a_name_of_ours() {
        let folder = tempfile::tempdir().unwrap();
        let name = keep(folder.path().into(), Chance, png(2_000, 500)).await.unwrap();
        let kept = find(folder.path(), &name).await.unwrap().unwrap();
        let picture = image::load_from_memory(&kept).unwrap();
        assert_eq!((picture.width(), picture.height()), (1_600, 400));
    }

    #[tokio::test]
    async fn what_is_no_picture_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for wrong in [b"<svg onload=x>".to_vec(), Vec::new(), b"GIF89a..............".to_vec(), png(20, 20)[..40].to_vec()] {
            let refused = keep(folder.path().into(), Chance, wrong).await.unwrap_err();
            assert_eq!(refused.to_string(), "picture-unreadable");
        }
    }

    #[test]
    fn too_many_pixels_are_refused_before_they_are_decoded() {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_luma8(10_000, 4_001).write_to(&mut bytes, ImageFormat::Png).unwrap();
        assert_eq!(open(&bytes.into_inner()[..100]).unwrap_err().key, "picture-too-many-pixels");
    }

    #[tokio::test]
    async fn only_old_pictures_that_nothing_shows_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let [shown, abandoned] =
            [keep(folder.path().into(), Chance, png(2, 2)).await, keep(folder.path().into(), Chance, png(2, 2)).await]
                .map(Result::unwrap);
        std::fs::write(folder.path().join("note.txt"), "not ours").unwrap();
        let now = std::fs::metadata(folder.path().join(&shown)).unwrap().modified().unwrap();
        let hour = std::time::Duration::from_hours(1);
        let sweep = |before| sweep(folder.path().into(), BTreeSet::from([shown.clone()]), before);
        assert_eq!(sweep(now - hour).await.unwrap(), 0);
        assert_eq!(sweep(now + hour).await.unwrap(), 1);
        assert!(folder.path().join(&shown).exists() && folder.path().join("note.txt").exists());
        assert!(!folder.path().join(&abandoned).exists());
        assert_eq!(super::sweep(folder.path().join("none"), BTreeSet::new(), now).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn no_other_file_can_be_named() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["../archipel.sqlite", "aaaaaaaaaaaaaaaaaaaa.svg", "aaaaaaaaaaaaaaaaaaaa.png/..", ""] {
            assert_eq!(find(folder.path(), name).await.unwrap(), None, "{name}");
        }
    }
}
