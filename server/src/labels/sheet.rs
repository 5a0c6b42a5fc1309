//! Labels as sheets to print (S6, S7): A4, a grid of labels, each with its symbol, the product's name, its GTIN and the
//! code in plain text. Everything stands on whole dots of a 300 dpi printer, so that modules come out equal and sharp;
//! symbols are drawn as vectors.

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect, Transform};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};

use super::symbol::{Family, Symbol, Unprintable};
use super::{font, words};

/// A dot of a 300 dpi printer, in points of 1/72 inch.
const DOT_POINTS: f32 = 72.0 / 300.0;
/// A4 in dots, as printers round it.
const PAGE: (u32, u32) = (2480, 3508);
/// What most printers can't reach.
const MARGIN: (u32, u32) = (64, 66);
const COLUMNS: u32 = 3;
const ROWS: u32 = 9;
const CELL: (u32, u32) = ((PAGE.0 - 2 * MARGIN.0) / COLUMNS, (PAGE.1 - 2 * MARGIN.1) / ROWS);
/// Between the edge of a label and anything on it.
const PADDING: u32 = 8;

const NAME_DOTS: f32 = 30.0;
const GTIN_DOTS: f32 = 26.0;
const CODE_DOTS: f32 = 20.0;

/// The least side of a symbol in dots: 20 mm for Data Matrix (S6), 15 mm for the QR of a stamp (annexes 6 and 7).
fn least_side(family: Family) -> u32 {
    let millimetres = match family {
        Family::Qr => 15,
        Family::Gs1DataMatrix | Family::DataMatrix | Family::Gs1Code128 | Family::Ean13 | Family::Ean8 => 20,
    };
    (millimetres * 3000_u32).div_ceil(254)
}

/// Dots a module: as few as make the symbol large enough, three at least (a quarter of a millimetre).
fn module_dots(symbol: &Symbol) -> u32 {
    if symbol.family.is_linear() { 3 } else { least_side(symbol.family).div_ceil(symbol.width).max(3) }
}

/// What all labels of a sheet share.
#[derive(Clone, Debug)]
pub struct Product {
    /// Trade name in the language of the labels.
    pub name: String,
    /// GTIN.
    pub gtin: String,
    /// What the symbols are.
    pub family: Family,
}

/// Prints codes as a PDF, each with its number in the order. The first that can't be printed or that `codes` can't give ends the work with its error.
///
/// A label takes some 5 kB of the document and three times that of memory until it is whole; the caller bounds how many
/// there are.
pub fn sheets<E: From<Unprintable>>(
    product: &Product,
    codes: impl Iterator<Item = Result<(u32, String), E>>,
) -> Result<Vec<u8>, E> {
    let refused = |what: &str| Unprintable::Refused(what.to_owned());
    let font = Font::new(font::FILE.into(), 0).ok_or_else(|| refused("the font can't be read"))?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(product.name.clone()).creator("Tanba".to_owned()));
    let mut codes = codes.peekable();
    while codes.peek().is_some() {
        // All that can fail comes before the page is begun: one that is left half drawn ends the program.
        let labels = codes.by_ref().take((ROWS * COLUMNS) as usize);
        let label = |code: Result<(u32, String), E>| {
            let (number, code) = code?;
            Ok(Label::new(number, code, product.family)?)
        };
        let labels = labels.map(label).collect::<Result<Vec<_>, E>>()?;
        let settings = PageSettings::from_wh(points(PAGE.0), points(PAGE.1)).ok_or_else(|| refused("the page"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        surface.push_transform(&Transform::from_scale(DOT_POINTS, DOT_POINTS));
        draw_cuts(&mut surface);
        for (place, label) in (0..).zip(&labels) {
            let corner = (MARGIN.0 + place % COLUMNS * CELL.0, MARGIN.1 + place / COLUMNS * CELL.1);
            draw_label(&mut surface, &font, product, label, corner);
        }
        surface.pop();
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| refused(&format!("{error:?}")).into())
}

#[expect(clippy::cast_precision_loss, reason = "dots of a page are exact in 32 bits")]
fn float(dots: u32) -> f32 {
    dots as f32
}

fn points(dots: u32) -> f32 {
    float(dots) * DOT_POINTS
}

fn black() -> Fill {
    Fill { paint: rgb::Color::black().into(), rule: FillRule::NonZero, ..Fill::default() }
}

/// Thin grey lines to cut along.
fn draw_cuts(surface: &mut Surface<'_>) {
    let mut path = PathBuilder::new();
    let (right, bottom) = (MARGIN.0 + COLUMNS * CELL.0, MARGIN.1 + ROWS * CELL.1);
    for column in 0..=COLUMNS {
        let x = float(MARGIN.0 + column * CELL.0);
        path.move_to(x, float(MARGIN.1));
        path.line_to(x, float(bottom));
    }
    for row in 0..=ROWS {
        let y = float(MARGIN.1 + row * CELL.1);
        path.move_to(float(MARGIN.0), y);
        path.line_to(float(right), y);
    }
    if let Some(path) = path.finish() {
        surface.set_fill(None);
        surface.set_stroke(Some(Stroke {
            paint: rgb::Color::new(200, 200, 200).into(),
            width: 1.0,
            ..Stroke::default()
        }));
        surface.draw_path(&path);
        surface.set_stroke(None);
    }
}

/// A code as it stands on its label, in dots from the label's corner.
struct Label {
    /// The number of the code in its order, from 1.
    number: u32,
    code: String,
    symbol: Symbol,
    left: u32,
    top: u32,
    /// The side of a module.
    module: u32,
}

impl Label {
    fn new(number: u32, code: String, family: Family) -> Result<Self, Unprintable> {
        let symbol = Symbol::new(&code, family)?;
        let module = module_dots(&symbol);
        let left = family.quiet_modules() * module + PADDING;
        let height = symbol.height * module;
        if height + 2 * left > CELL.1 || symbol.width * module + 2 * left > CELL.0 * 2 / 3 {
            return Err(Unprintable::Refused("the symbol is larger than the label".to_owned()));
        }
        Ok(Self { number, code, symbol, left, top: (CELL.1 - height) / 2, module })
    }

    /// Where the words begin.
    fn text_left(&self) -> u32 {
        2 * self.left + self.symbol.width * self.module
    }
}

fn draw_label(surface: &mut Surface<'_>, font: &Font, product: &Product, label: &Label, (left, top): (u32, u32)) {
    let Label { number, code, symbol, module, .. } = label;
    let mut path = PathBuilder::new();
    for y in 0..symbol.height {
        for (first, length) in symbol.runs(y) {
            let x = float(left + label.left + first * module);
            let y = float(top + label.top + y * module);
            if let Some(rect) = Rect::from_xywh(x, y, float(length * module), float(*module)) {
                path.push_rect(rect);
            }
        }
    }
    surface.set_fill(Some(black()));
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }

    let text_left = label.text_left();
    let wide = float(CELL.0 - text_left - 2 * PADDING);
    let mut base = float(top + 3 * PADDING);
    let mut write = |text: &str, size: f32, most: usize| {
        for line in font::wrap(text, size, wide, most) {
            base += size * 1.15;
            let start = Point::from_xy(float(left + text_left), base);
            surface.draw_text(start, font.clone(), size, &line, false, TextDirection::LeftToRight);
        }
        base += size * 0.35;
    };
    write(&product.name, NAME_DOTS, 3);
    write(&format!("GTIN {}", product.gtin), GTIN_DOTS, 1);
    write(&words::beside(code), CODE_DOTS, 7);
    write(&format!("№ {number}"), CODE_DOTS, 1);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn millimetres(dots: u32) -> f32 {
        float(dots) * 25.4 / 300.0
    }

    fn texts() -> Vec<(String, Family)> {
        let unit = "0104870001234560213ABCDEFGHJKLM";
        vec![
            (format!("{unit}\x1d91k7Qa\x1d92{}", "aB3/+Zq9".repeat(11)), Family::Gs1DataMatrix),
            (format!("{unit}\x1d91k7Qa\x1d92{}", "aB3/".repeat(11)), Family::Gs1DataMatrix),
            (format!("{unit}\x1d93tttt"), Family::Gs1DataMatrix),
            ("0104870001234560213ABCDEF\x1d8005012000\x1d93tttt".to_owned(), Family::Gs1DataMatrix),
            ("00000046198488X?io+qCABm8wAYa".to_owned(), Family::DataMatrix),
            ("https://tanba.example.kz/s/KZ000000123/ABCDEFGHJKLMN".to_owned(), Family::Qr),
        ]
    }

    /// S6: at least 2 × 2 cm; a stamp's QR at least 15 × 15 mm.
    #[test]
    fn every_symbol_is_as_large_as_the_law_asks_and_fits_its_label_with_room_for_words() {
        for (text, family) in texts() {
            let label = Label::new(1, text, family).unwrap();
            let side = label.symbol.width * label.module;
            let least = if family == Family::Qr { 15.0 } else { 20.0 };
            assert!((least..least + 6.0).contains(&millimetres(side)), "{family:?}: {} mm", millimetres(side));
            let quiet = family.quiet_modules() * label.module;
            assert!(label.left >= quiet && label.top >= quiet, "{family:?}");
            assert!(label.top + side + quiet <= CELL.1);
            let words = millimetres(CELL.0 - label.text_left());
            assert!(words > 30.0, "{family:?}: {words} mm beside");
        }
    }

    #[test]
    fn all_of_the_longest_code_and_a_long_name_fit_beside_the_symbol() {
        let (text, family) = texts().remove(0);
        let code = words::beside(&text);
        assert!(code.starts_with("(01)"));
        let label = Label::new(1, text, family).unwrap();
        let wide = float(CELL.0 - label.text_left() - 2 * PADDING);
        assert_eq!(font::wrap(&code, CODE_DOTS, wide, 7).concat(), code);
        let height =
            3.0 * NAME_DOTS * 1.15 + NAME_DOTS * 0.35 + GTIN_DOTS * 1.5 + 8.0 * CODE_DOTS * 1.15 + CODE_DOTS * 0.35;
        assert!(height < float(CELL.1 - 3 * PADDING), "{height}");
    }

    #[test]
    fn a_page_takes_twenty_seven_labels_and_the_first_fault_ends_the_work() {
        let product =
            Product {
                name: "«Алатау» суы".into(), gtin: "04870001234560".into(), family: Family::Gs1DataMatrix
            };
        let codes = |count: u32| {
            (0..count).map(|at| Ok::<_, Unprintable>((at + 1, format!("010487000123456021{at:013}\x1d93tttt"))))
        };
        let pages =
            |count| String::from_utf8_lossy(&sheets(&product, codes(count)).unwrap()).matches("/MediaBox").count();
        assert_eq!((pages(1), pages(27), pages(28)), (1, 1, 2));
        assert!(sheets(&product, codes(0)).unwrap().starts_with(b"%PDF-"));
        let faulty = codes(3).chain([Err(Unprintable::Empty)]).chain(codes(1));
        assert_eq!(sheets(&product, faulty), Err(Unprintable::Empty));
    }
}
