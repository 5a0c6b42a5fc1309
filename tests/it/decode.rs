//! Photos in, codes and verdicts out.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat};
use marking::layout::Group;
use reqwest::Method;
use server::labels::{Family, picture};
use tests::{Answer, Scene, TestApp};

async fn send(app: &TestApp, kind: &str, body: Vec<u8>) -> Answer {
    app.send(app.request(Method::POST, "/v1/decode").header("content-type", kind).body(body)).await
}

/// A photo of a label: its symbol on a gray ground.
fn photo(code: &str) -> Vec<u8> {
    let label = image::load_from_memory(&picture(code, Family::Gs1DataMatrix).unwrap()).unwrap().into_luma8();
    let mut ground = GrayImage::from_pixel(1_280, 720, image::Luma([170]));
    image::imageops::overlay(&mut ground, &label, 430, 60);
    file(&DynamicImage::ImageLuma8(ground), ImageFormat::Png)
}

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// D1.7: who has only a photo gets the same verdict as who scans.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_of_a_label_is_read_and_answered_like_a_scan() {
    let app = TestApp::start().await;
    let mut scene = Scene::open(&app.app, &app.url("")).await;
    let (_, codes) = scene.goods(Group::Water, 1).await;
    let worker = server::service::work::start(app.app.clone());
    scene.await_verdict(&codes[0], "in-circulation").await;

    let answer = send(&app, "image/png", photo(&codes[0])).await.expect(200).json;
    let read = answer["codes"].as_array().unwrap();
    assert_eq!(read.len(), 1, "{answer}");
    assert_eq!(read[0]["text"], codes[0]);
    assert_eq!((&read[0]["format"], &read[0]["symbology"]), (&"data-matrix".into(), &"]d2".into()));
    assert_eq!(read[0]["corners"].as_array().unwrap().len(), 4);
    assert_eq!(read[0]["answer"]["verdict"], "in-circulation");
    worker.stop().await;
    app.stop().await;
}

/// X19, X20: what is no picture, or too much of one, is refused with its slug; a picture without a code is none of that.
#[tokio::test]
async fn what_is_no_picture_is_refused_and_a_picture_without_a_code_is_answered() {
    let app = TestApp::start().await;
    assert_eq!(send(&app, "image/jpeg", b"no picture".to_vec()).await.expect(422).slug(), "photo-unreadable");
    assert_eq!(send(&app, "text/plain", b"no picture".to_vec()).await.expect(415).slug(), "unsupported-media-type");
    assert_eq!(send(&app, "image/jpeg", vec![0; (12 << 20) + 1]).await.expect(413).slug(), "body-too-large");
    // A picture whose head promises 30,000 × 30,000 pixels.
    let mut flood = file(&DynamicImage::new_luma8(8, 8), ImageFormat::Png);
    flood[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let refused = send(&app, "image/png", flood).await;
    assert!([413, 422].contains(&refused.status), "{refused:?}");
    let plain = file(&DynamicImage::new_rgb8(640, 480), ImageFormat::WebP);
    let answer = send(&app, "image/webp", plain).await.expect(200).json;
    assert_eq!(answer["codes"], serde_json::json!([]));
    app.stop().await;
}
