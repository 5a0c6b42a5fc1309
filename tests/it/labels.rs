//! Labels, read back by a reader that is none of ours.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};
use server::labels::{Family, picture};
use tests::{TestApp, shared_stores};
use uuid::Uuid;

use crate::codes::Trade;

/// Tells each page's symbols: symbology identifier, text, and the length of the upper side in dots of 300 dpi.
const READER: &str = r"
import json, sys
import zxingcpp
from PIL import Image
def pages(path):
    if path.endswith('.pdf'):
        import pypdfium2
        return [page.render(scale=300 / 72).to_pil() for page in pypdfium2.PdfDocument(path)]
    return [Image.open(path)]
def side(found):
    a, b = found.position.top_left, found.position.top_right
    return ((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5
def symbols(page):
    return [[f.symbology_identifier, f.bytes.decode('latin-1'), side(f)] for f in zxingcpp.read_barcodes(page)]
print(json.dumps([symbols(page) for path in sys.argv[1:] for page in pages(path)]))
";

#[derive(Debug)]
struct Symbol {
    identifier: String,
    text: String,
    millimetres: f64,
}

/// What the other reader finds in a file, page by page.
fn read(file: &[u8], ending: &str) -> Vec<Vec<Symbol>> {
    read_all(&[file.to_vec()], ending)
}

/// What the other reader finds in files of one kind, page by page.
fn read_all(files: &[Vec<u8>], ending: &str) -> Vec<Vec<Symbol>> {
    let folder = std::env::temp_dir().join(format!("tanba-labels-{}", Uuid::new_v4()));
    std::fs::create_dir(&folder).unwrap();
    let mut command = Command::new(tests::python());
    command.args(["-c", READER]);
    for (place, file) in files.iter().enumerate() {
        let path = folder.join(format!("{place}.{ending}"));
        std::fs::write(&path, file).unwrap();
        command.arg(path);
    }
    let output = command.output().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let pages: Value = serde_json::from_slice(&output.stdout).unwrap();
    let symbol = |found: &Value| Symbol {
        identifier: found[0].as_str().unwrap().to_owned(),
        text: found[1].as_str().unwrap().to_owned(),
        millimetres: found[2].as_f64().unwrap() * 25.4 / 300.0,
    };
    let page = |page: &Value| page.as_array().unwrap().iter().map(symbol).collect();
    pages.as_array().unwrap().iter().map(page).collect()
}

/// S6
#[test]
fn pictures_of_every_family_are_read_with_the_symbology_that_is_theirs() {
    for (text, family, identifier) in [
        (
            "0104870001234560213ABCDEFGHJKLM\x1d91k7Qa\x1d92aB3/+Zq9aB3/+Zq9aB3/+Zq9aB3/+Zq9aB3/+Zq9aB=",
            Family::Gs1DataMatrix,
            "]d2",
        ),
        ("0104870001234560213ABCDE\x1d93tttt", Family::Gs1DataMatrix, "]d2"),
        ("00000046198488X?io+qCABm8wAYa", Family::DataMatrix, "]d1"),
        ("https://tanba.example/s/KZ000000123/ABCDEFGHJKLMN", Family::Qr, "]Q1"),
        ("00348700012345678901", Family::Gs1Code128, "]C1"),
    ] {
        let pages = read(&picture(text, family).unwrap(), "png");
        assert_eq!(pages[0].len(), 1, "{family:?}");
        let found = &pages[0][0];
        assert_eq!((found.identifier.as_str(), found.text.as_str()), (identifier, text), "{family:?}");
    }
}

async fn order(trade: &Trade, gtin: &str, quantity: u32, price: Option<u32>) -> Uuid {
    let id = Uuid::new_v4();
    let new = json!({ "id": id, "gtin": gtin, "quantity": quantity, "price_tenge": price });
    trade.place(&new).await;
    id
}

/// S6, S7: what is printed is what was ordered, at least 20 × 20 mm (a stamp's QR 15 × 15 mm), and is found by verify.
#[tokio::test]
async fn printed_sheets_hold_the_codes_of_the_order_and_verify_knows_them() {
    let trade = Trade::open().await;
    let shoes = json!({ "brand": "Дала", "kind": "boots", "size": 42, "colour": "қара", "upper_material": "былғары",
        "lining_material": "жүн", "sole_material": "резеңке" });
    let tobacco = json!({ "brand": "Дала", "kind": "cigarettes", "pieces": 20 });
    let vodka = json!({ "kind": "vodka", "strength": 40, "capacity": 0.5 });
    for (gtin, group, hs_code, attributes, price, identifier, least) in [
        ("04870001234577", "shoes", "6403", shoes, None, "]d2", 20.0),
        ("04870001234584", "tobacco-pack", "2402", tobacco, Some(850), "]d1", 20.0),
        ("04870001234591", "alcohol", "2208", vodka, None, "]Q1", 15.0),
    ] {
        let gtin = trade.product(gtin, group, hs_code, attributes).await;
        let id = order(&trade, &gtin, 40, price).await;
        let codes = trade.codes(id).await;
        let answer = trade.get(&trade.producer, &format!("/v1/orders/{id}/labels.pdf?from=5&to=32")).await.expect(200);
        assert_eq!(answer.headers["content-type"], "application/pdf");
        let pages = read(&answer.bytes, "pdf");
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [27, 1], "{group}");
        let mut printed: Vec<&str> = pages.iter().flatten().map(|symbol| symbol.text.as_str()).collect();
        let mut ordered: Vec<&str> = codes[5..=32].iter().map(String::as_str).collect();
        printed.sort_unstable();
        ordered.sort_unstable();
        assert_eq!(printed, ordered, "{group}");
        for symbol in pages.iter().flatten() {
            assert_eq!(symbol.identifier, identifier);
            // A dot is lost where the reader measures to the middle of modules.
            assert!(symbol.millimetres >= least - 0.3, "{group}: {} mm", symbol.millimetres);
        }
        let text = json!({ "code": pages[1][0].text });
        let verdict = trade.app.post("/v1/verify", &text).await.expect(200);
        assert_eq!(verdict.json["verdict"], "not-released", "{group}");
    }
}

/// X1, X4
#[tokio::test]
async fn labels_are_printed_for_who_ordered_them_and_at_most_five_thousand_at_a_time() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let id = order(&trade, &gtin, 5_001, None).await;
    let path = format!("/v1/orders/{id}/labels.pdf");
    trade.app.get(&path).await.expect(401);
    let foreign = trade.get(&trade.shop, &path).await.expect(404);
    let nobody = trade.get(&trade.shop, &format!("/v1/orders/{}/labels.pdf", Uuid::new_v4())).await.expect(404);
    assert_eq!(foreign.bytes, nobody.bytes);
    for query in ["", "?from=0&to=5000", "?from=5001", "?to=5001", "?from=9&to=8", "?from=x"] {
        let refused = trade.get(&trade.producer, &format!("{path}{query}")).await.expect(400);
        assert_eq!(refused.slug(), "malformed-query", "{query}");
    }
    let one = trade.get(&trade.operator, &format!("{path}?from=5000")).await.expect(200);
    assert!(one.bytes.starts_with(b"%PDF-"));
    assert_eq!(trade.count("SELECT count(*) FROM audit WHERE action = 'codes.print-labels'").await, 1);
}

/// The labels of the demo, as anybody downloads them, read by a reader that is none of ours: each symbol says what the
/// list says, and the register answers to what was read as the list promises.
#[tokio::test]
async fn every_label_of_the_demo_is_read_and_gives_the_verdict_it_promises() {
    let app = TestApp::start_with(shared_stores().await, |config| config.demo = true).await;
    app.app.load_demo().await.unwrap();
    let listed = app.get("/demo/codes.json").await.expect(200).json;
    let listed = listed.as_array().unwrap();
    assert!(listed.len() >= 40, "{}", listed.len());
    let mut pictures = Vec::new();
    for code in listed {
        let picture = app.get(code["label_url"].as_str().unwrap()).await.expect(200);
        assert_eq!(picture.headers["content-type"], "image/png");
        pictures.push(picture.bytes);
    }
    let pages = read_all(&pictures, "png");
    assert_eq!(pages.len(), listed.len());
    let (mut verdicts, mut exact) = (BTreeSet::new(), 0);
    for (code, page) in listed.iter().zip(pages) {
        let (text, expected) = (code["text"].as_str().unwrap(), code["expected"].as_str().unwrap());
        assert_eq!(page.len(), 1, "{code}");
        let read = &page[0];
        let asked = app.post("/v1/verify", &json!({ "code": text })).await.expect(200).json;
        let answer = app.post("/v1/verify", &json!({ "code": read.text })).await.expect(200).json;
        assert_eq!((&asked["verdict"], &answer["verdict"]), (&json!(expected), &json!(expected)), "{code}");
        // Where a scanner or a hand spoils a code on its way, the list has what arrives and the label has it whole.
        exact += usize::from(text == read.text);
        let is_gs1 = read.text.contains('\u{1d}') || read.text.starts_with("01") && read.text.len() > 16;
        if is_gs1 {
            assert_eq!(read.identifier, "]d2", "{code}");
        }
        verdicts.insert(expected);
    }
    assert!(exact >= 50, "{exact} of {} labels say to the letter what the list says", listed.len());
    let all = [
        "expired",
        "forged-seal",
        "in-circulation",
        "misread",
        "not-released",
        "recalled",
        "sold",
        "unknown",
        "withdrawn",
    ];
    assert_eq!(verdicts.into_iter().collect::<Vec<_>>(), all);
}
