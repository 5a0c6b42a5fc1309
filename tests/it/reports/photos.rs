//! Photos of strangers: what comes in is never what goes out.

use chrono::TimeDelta;
use serde_json::json;

use super::{ASTANA, Inspector, Sent, count, files, form, jpeg, open, photo, send};

/// A JPEG with a place in its Exif (APP1), words in XMP (APP1), IPTC (APP13) and a comment, and a script behind its end.
fn talkative(orientation: u8) -> Vec<u8> {
    let plain = jpeg(60, 40);
    let segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker], &length[..], body].concat()
    };
    let exif =
        [&b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..], &[orientation], b"\0\0\0\0\0\0SECRET-GPS"];
    let parts = [
        plain[..2].to_vec(),
        segment(0xe1, &exif.concat()),
        segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x>SECRET-XMP</x>"),
        segment(0xed, b"Photoshop 3.0\08BIM SECRET-IPTC"),
        segment(0xfe, b"SECRET-COMMENT"),
        plain[2..].to_vec(),
        b"<?php system($_GET['c']); ?><script>SECRET-TAIL</script>".to_vec(),
    ];
    parts.concat()
}

/// X21, X22, X23, X25
#[tokio::test]
async fn a_photo_is_encoded_anew_and_handed_out_as_a_file_that_does_nothing() {
    let app = open().await;
    let report = Sent::new(&app, form(1, &[]).part("photo", photo(talkative(6)))).await;
    let inspector = Inspector::new(&app, "serik", ASTANA).await;
    let seen = inspector.read(&app, &report).await.expect(200).json;
    let shown = &seen["photos"][0];
    // Orientation 6: turned to the right.
    assert_eq!((&shown["width"], &shown["height"]), (&json!(40), &json!(60)));
    let path = shown["url"].as_str().unwrap().strip_prefix("/v1/inspector/reports").unwrap();
    let answer = inspector.get(&app, path).await.expect(200);
    let header = |name: &str| answer.headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "image/jpeg");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-disposition"), format!("attachment; filename=\"{}-1.jpg\"", report.number));
    assert!(header("content-security-policy").starts_with("sandbox;"));
    assert!(header("cache-control").contains("no-store"));
    let text = String::from_utf8_lossy(&answer.bytes);
    for leftover in ["SECRET", "Exif", "adobe", "8BIM", "php", "script"] {
        assert!(!text.contains(leftover), "{leftover}");
    }
    let picture = image::load_from_memory(&answer.bytes).unwrap();
    assert_eq!((picture.width(), picture.height()), (40, 60));

    let files = files(&app);
    let id = shown["id"].as_str().unwrap();
    assert!(files.len() == 1 && files[0].ends_with(&format!("/{id}.jpg")), "{files:?}");
    let kept = std::fs::read(app.app.base.config.data_dir.join("photos").join(&files[0])).unwrap();
    assert_eq!(kept, answer.bytes);
    assert_eq!(
        count(&app, "SELECT count(*) FROM audit WHERE action = 'reports.read-photo' AND result = 'done'").await,
        1
    );
}

/// X1, X2
#[tokio::test]
async fn nobody_else_gets_a_photo() {
    let app = open().await;
    let report = Sent::new(&app, form(1, &[]).part("photo", photo(jpeg(20, 20)))).await;
    let other = Sent::new(&app, form(2, &[])).await;
    let inspector = Inspector::new(&app, "serik", ASTANA).await;
    let seen = inspector.read(&app, &report).await.expect(200).json;
    let id = seen["photos"][0]["id"].as_str().unwrap();
    inspector.get(&app, &format!("/{}/photos/{id}", other.number)).await.expect(404);
    let nonsense = inspector.get(&app, &format!("/{}/photos/x", report.number)).await.expect(400);
    assert_eq!(nonsense.faults(), ["id field-not-a-uuid"]);
    let path = format!("/{}/photos/{id}", report.number);
    app.get(&format!("/v1/inspector/reports{path}")).await.expect(401);
    Inspector::new(&app, "dana", super::ALMATY).await.get(&app, &path).await.expect(404);
}

/// X20
#[tokio::test]
async fn a_flood_of_pixels_and_what_is_no_photo_are_refused() {
    let app = open().await;
    // A PNG that claims 60,000 × 60,000 pixels in 69 bytes.
    let mut flood = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0".to_vec();
    let crc = crc32(&flood[12..]);
    flood.extend(crc.to_be_bytes());
    flood.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82");
    let refused = send(&app, form(1, &[]).part("photo", photo(flood))).await.expect(413);
    assert_eq!(refused.slug(), "photo-limit");
    for file in [&b"<svg onload='alert(1)'/>"[..], b"GIF89a\x01\0\x01\0\0\0\0;", &jpeg(40, 40)[..200]] {
        let form = form(1, &[]).part("photo", photo(jpeg(8, 8))).part("photo", photo(file.to_vec()));
        let refused = send(&app, form).await.expect(422);
        assert_eq!(
            (refused.slug(), refused.faults()),
            ("photo-unreadable", vec!["photo[1] field-not-a-photo".to_owned()])
        );
    }
    assert!(files(&app).is_empty());
}

/// X68: a process that dies between file and row leaves a note, which is found however long no worker ran.
#[tokio::test]
async fn files_of_a_report_that_died_are_swept_soon_and_after_any_time() {
    for away in [TimeDelta::minutes(20), TimeDelta::days(400)] {
        let app = open().await;
        Sent::new(&app, form(1, &[]).part("photo", photo(jpeg(20, 20)))).await;
        let kept = files(&app).remove(0);
        assert_eq!(
            count(&app, "SELECT count(*) FROM report_photo_pending").await,
            0,
            "a report's own file is not pending"
        );
        let left = kept.replace(".jpg", "-left.jpg");
        let folder = app.app.base.config.data_dir.join("photos");
        std::fs::write(folder.join(&left), "left by a process that died").unwrap();
        let db = app.app.base.db.get().await.unwrap();
        let note = "INSERT INTO report_photo_pending (path, noted_at) VALUES ($1, $2)";
        db.execute(note, &[&left, &app.app.base.clock.now()]).await.unwrap();
        // A commit whose answer was lost: noted, but a report's.
        db.execute(note, &[&kept, &app.app.base.clock.now()]).await.unwrap();
        drop(db);
        server::reports::sweep_pending(&app.app.reports).await.unwrap();
        assert_eq!(files(&app).len(), 2, "a report may still be written");
        app.app.base.clock.shift(away);
        server::reports::sweep_pending(&app.app.reports).await.unwrap();
        assert_eq!(files(&app), [kept]);
        assert_eq!(count(&app, "SELECT count(*) FROM report_photo_pending").await, 0);
    }
}

#[tokio::test]
async fn files_without_a_report_are_swept_away_and_others_stay() {
    let app = open().await;
    Sent::new(&app, form(1, &[]).part("photo", photo(jpeg(20, 20)))).await;
    let kept = files(&app).remove(0);
    let folder = app.app.base.config.data_dir.join("photos").join(&kept);
    std::fs::write(folder.with_file_name("stranger.jpg"), "put back from a backup").unwrap();
    server::reports::keep_house(&app.app.reports).await.unwrap();
    assert_eq!(files(&app).len(), 2, "today's files may belong to a report that is being written");
    app.app.base.clock.shift(TimeDelta::days(3));
    server::reports::keep_house(&app.app.reports).await.unwrap();
    assert_eq!(files(&app), [kept]);
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}
