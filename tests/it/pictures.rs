//! Pictures in every form that people send them in, wherever the server takes them.

use std::io::Cursor;
use std::time::Duration;

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use reader::{MAX_PIXELS, MAX_SIDE, photo};
use reqwest::Method;
use server::labels::{Family, picture};
use tests::TestApp;

use super::house::{files, root};

/// A symbol as label programs export it: black on nothing.
fn label(code: &str) -> DynamicImage {
    let drawn = image::load_from_memory(&picture(code, Family::Gs1DataMatrix).unwrap()).unwrap().into_luma8();
    let mut clear = RgbaImage::from_pixel(drawn.width() + 80, drawn.height() + 80, Rgba([0, 0, 0, 0]));
    for (x, y, level) in drawn.enumerate_pixels() {
        clear.put_pixel(x + 40, y + 40, Rgba([0, 0, 0, 255 - level.0[0]]));
    }
    DynamicImage::from(clear)
}

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// B24: `tanba decode`, `POST /v1/decode` and the core read a transparent label in each form. B60's kin: `image/jpg` is
/// what many programs call a JPEG.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_label_on_transparent_ground_is_read_in_every_form() {
    const CODE: &str = "0104870112345674215Aq3bX9TkLm2P\u{1d}93dGVz";
    let app = TestApp::start().await;
    let label = label(CODE);
    let gray = DynamicImage::from(label.to_luma_alpha8());
    let wide = DynamicImage::from(label.to_rgba16());
    let forms = [
        ("image/png", file(&label, ImageFormat::Png)),
        ("image/png", file(&gray, ImageFormat::Png)),
        ("image/png", file(&wide, ImageFormat::Png)),
        ("image/webp", file(&label, ImageFormat::WebP)),
    ];
    for (kind, bytes) in forms {
        let found = photo(&bytes, Duration::from_secs(20)).unwrap();
        assert_eq!(found.iter().map(|found| found.text.as_str()).collect::<Vec<_>>(), [CODE]);
        let request = app.request(Method::POST, "/v1/decode").header("content-type", kind).body(bytes);
        let answer = app.send(request).await.expect(200).json;
        assert_eq!(answer["codes"][0]["text"], CODE);
    }
    let jpeg = file(&DynamicImage::new_rgb8(64, 64), ImageFormat::Jpeg);
    for kind in ["image/jpg", "IMAGE/JPG"] {
        app.send(app.request(Method::POST, "/v1/decode").header("content-type", kind).body(jpeg.clone()))
            .await
            .expect(200);
    }
    app.stop().await;
}

/// B27: one bound for pictures, in the core, the contract and the app.
#[test]
fn the_bound_of_pictures_is_the_same_everywhere() {
    let spelled = |number: usize| {
        let digits = number.to_string();
        let (head, tail) = digits.split_at(digits.len() % 3);
        let groups = std::iter::once(head.to_owned()).filter(|head| !head.is_empty());
        groups
            .chain(tail.as_bytes().chunks(3).map(|group| String::from_utf8_lossy(group).into_owned()))
            .collect::<Vec<_>>()
    };
    let (pixels, side) = (spelled(MAX_PIXELS), spelled(MAX_SIDE));
    let contract = std::fs::read_to_string(root().join("openapi.yaml")).unwrap().replace('\n', " ");
    let contract = contract.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(contract.matches(&format!("{} pixels (64 megapixels)", pixels.join(","))).count() >= 2);
    assert!(contract.matches(&format!("{} pixels a side", side.join(","))).count() >= 2);
    let app = std::fs::read_to_string(root().join("web/src/lib/pictures.ts")).unwrap();
    assert!(app.contains(&format!("MAX_PIXELS = {};", pixels.join("_"))));
    assert!(app.contains(&format!("MAX_SIDE = {};", side.join("_"))));
    // No other crate has a bound of its own.
    for (name, text) in files(&["server/src", "mobile-core/src", "stores", "ffi/src", "ffi/wasm/src"], &["rs"]) {
        assert!(!text.contains("MAX_PIXELS:"), "{name} has a bound of its own");
    }
}
