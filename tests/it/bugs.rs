//! Public bug reports about scanners, keyboards and programs, each with a genuine code: none of it is accused.

use marking::layout::Group;
use serde_json::Value;
use tests::{Scene, TestApp};

async fn answer(scene: &Scene, text: &str) -> (String, Vec<String>) {
    let json = scene.verify(text).await.expect(200).json;
    let reasons = json["reasons"].as_array().unwrap().iter().map(|reason| reason["slug"].as_str().unwrap().to_owned());
    (json["verdict"].as_str().unwrap().to_owned(), reasons.collect())
}

/// Parts of a code: GTIN, serial, and the rest with its separators.
fn parts(code: &str) -> (&str, &str, Vec<&str>) {
    let mut pieces = code.split('\u{1d}');
    let head = pieces.next().unwrap();
    (&head[2..16], &head[18..], pieces.collect())
}

/// B1, B3, B11, B13, B14
#[tokio::test]
async fn genuine_codes_of_public_bug_reports_are_read_or_misread() {
    let app = TestApp::start().await;
    let mut scene = Scene::open(&app.app, &app.url("")).await;
    let (_, milk) = scene.goods(Group::Dairy, 2).await;
    let (_, shoes) = scene.goods(Group::Shoes, 2).await;
    let (milk, shoe) = (&milk[0], &shoes[0]);
    let (gtin, serial, rest) = parts(milk);

    // B1: a scanner that makes all letters capital says nothing of a short serial.
    let (verdict, _) = answer(&scene, &milk.to_uppercase()).await;
    assert!(["misread", "in-circulation"].contains(&&*verdict), "{verdict}");

    // B3: a long serial has capital letters only, so small ones name the same unit.
    let (shoe_gtin, shoe_serial, _) = parts(shoe);
    let typed = format!("(01){shoe_gtin}(21){}", shoe_serial.to_lowercase());
    let (verdict, reasons) = answer(&scene, &typed).await;
    assert_eq!(verdict, "in-circulation");
    assert!(reasons.iter().any(|reason| reason == "seal-missing"), "{reasons:?}");

    // B11: FNC1 as character 232, also in another code page, and spelled.
    for first in ["\u{e8}", "\u{438}", "<fcn>"] {
        let spelled = format!("{first}{milk}");
        assert_eq!(answer(&scene, &spelled).await.0, "in-circulation", "{spelled}");
    }
    let throughout = format!("\u{e8}{}", milk.replace('\u{1d}', "\u{e8}"));
    assert_eq!(answer(&scene, &throughout).await.0, "in-circulation");

    // B13: the modifier of a known symbology adds ECI only.
    let link = format!("https://tanba.kz/01/{gtin}/21/{serial}?93={}", &rest[0][2..]);
    let plain = answer(&scene, &link).await.0;
    for symbology in ["]Q1", "]Q2", "]Q3", "]Q4", "]d2"] {
        assert_eq!(answer(&scene, &format!("{symbology}{link}")).await.0, plain, "{symbology}");
    }

    // B14: an identifier before brackets, and square brackets.
    let bracketed = format!("(01){gtin}(21){serial}(93){}", &rest[0][2..]);
    let square = bracketed.replace('(', "[").replace(')', "]");
    for text in [format!("]d2{bracketed}"), format!("]C1{bracketed}"), square] {
        assert_eq!(answer(&scene, &text).await.0, "in-circulation", "{text}");
    }
}

/// B3, B5: what was typed wrongly is no forgery.
#[tokio::test]
async fn letters_that_people_take_for_each_other_are_no_forgery() {
    let app = TestApp::start().await;
    let mut scene = Scene::open(&app.app, &app.url("")).await;
    let (_, codes) = scene.goods(Group::Dairy, 20).await;
    for code in &codes {
        for (right, wrong) in [('I', 'l'), ('l', '1'), ('O', '0'), ('0', 'o'), ('5', 'S')] {
            let (head, seal) = code.split_once('\u{1d}').unwrap();
            let typed = format!("{head}\u{1d}{}", seal.replace(right, &wrong.to_string()));
            let json: Value = scene.verify(&typed).await.expect(200).json;
            assert_ne!(json["verdict"], "forged-seal", "{typed}");
            assert_ne!(json["verdict"], "unknown", "{typed}");
        }
    }
}
