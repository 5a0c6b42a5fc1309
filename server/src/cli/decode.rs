//! `tanba decode`: what codes stand on pictures, one JSON object a file.

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use reader::{Budget, Found, Live, PhotoError, Picture, photo_luma};
use serde_json::{Value, json};

use super::arguments::Decode;

/// Reads every file, and says whether all could be opened.
pub(super) fn run(arguments: &Decode, to: &mut impl Write) -> io::Result<bool> {
    let mut all = true;
    for file in &arguments.files {
        let line = match read(file, arguments) {
            Ok((found, time)) => json!({
                "file": file,
                "codes": found.iter().map(code).collect::<Vec<_>>(),
                "ms": (time.as_secs_f64() * 1e4).round() / 10.0,
            }),
            Err(slug) => {
                all = false;
                json!({ "file": file, "error": slug })
            }
        };
        match writeln!(to, "{line}") {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(all),
            outcome => outcome?,
        }
    }
    Ok(all)
}

/// The codes of a picture and the time that reading took, without that of opening the file.
fn read(file: &Path, arguments: &Decode) -> Result<(Vec<Found>, Duration), &'static str> {
    let bytes = std::fs::read(file).map_err(|_| "file-unreadable")?;
    let picture = Picture::open(&bytes).map_err(|error| match error {
        PhotoError::TooLarge => "photo-limit",
        PhotoError::UnknownFormat | PhotoError::Broken => "photo-unreadable",
    })?;
    let usual = if arguments.live { Budget::LIVE } else { Budget::PHOTO };
    let budget = Budget::lasting(arguments.budget_ms.map_or(usual, Duration::from_millis));
    let begun = Instant::now();
    let found = if arguments.live {
        Live::default().frame(picture.luma(), &budget).found
    } else {
        photo_luma(picture.luma(), &budget)
    };
    Ok((found, begun.elapsed()))
}

fn code(found: &Found) -> Value {
    json!({
        "text": found.text,
        "format": found.format.name(),
        "symbology": found.symbology,
        "corners": found.corners.map(|corner| [corner.x, corner.y]),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_file_that_is_no_picture_is_told_and_the_others_are_read() {
        let folder = std::env::temp_dir().join(format!("tanba-decode-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (text, picture) = (folder.join("a.txt"), folder.join("b.png"));
        std::fs::write(&text, "no picture").unwrap();
        image::GrayImage::from_pixel(64, 64, image::Luma([200])).save(&picture).unwrap();
        let files = vec![text, picture, folder.join("missing.png")];
        let mut output = Vec::new();
        let all = run(&Decode { files, live: false, budget_ms: None }, &mut output).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let lines: Vec<Value> =
            String::from_utf8(output).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(!all);
        assert_eq!(lines[0]["error"], "photo-unreadable");
        assert_eq!(lines[1]["codes"], json!([]));
        assert!(lines[1]["ms"].is_number());
        assert_eq!(lines[2]["error"], "file-unreadable");
    }
}
