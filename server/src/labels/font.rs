//! The letters of labels: Noto Sans, which has all of Kazakh Cyrillic and comes with a crate under Apache-2.0.

use std::sync::LazyLock;

use ab_glyph::{Font as _, FontRef, Glyph, PxScale, ScaleFont as _, point};

/// The font's file.
pub const FILE: &[u8] = ttf_noto_sans::REGULAR;

fn font() -> &'static FontRef<'static> {
    static FONT: LazyLock<FontRef<'static>> =
        LazyLock::new(|| FontRef::try_from_slice(FILE).expect("the tests read the font"));
    &FONT
}

/// Turns a size as typographers and PDF know it (pixels an em) into the height that the font library scales by.
fn scale(size: f32) -> PxScale {
    let units = font().units_per_em().unwrap_or(1000.0);
    PxScale::from(size * font().height_unscaled() / units)
}

/// How far one character reaches at a size, in the unit of the size.
fn advance(character: char, size: f32) -> f32 {
    let font = font();
    size * font.h_advance_unscaled(font.glyph_id(character)) / font.units_per_em().unwrap_or(1000.0)
}

/// How far a line of text reaches.
fn width(text: &str, size: f32) -> f32 {
    text.chars().map(|character| advance(character, size)).sum()
}

/// Breaks a text into lines no wider than `wide`: at spaces where there are any, inside words where a word alone is
/// too wide. What doesn't fit into `most` lines is cut, and the last line says so.
pub fn wrap(text: &str, size: f32, wide: f32, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let (mut line, mut reach) = (String::new(), 0.0);
    for word in text.split_inclusive(' ') {
        if !line.is_empty() && reach + width(word.trim_end(), size) > wide {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            reach = 0.0;
        }
        for character in word.chars() {
            let step = advance(character, size);
            if character != ' ' && reach + step > wide && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                reach = 0.0;
            }
            line.push(character);
            reach += step;
        }
    }
    if !line.trim_end().is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while !last.is_empty() && width(last, size) + advance('…', size) > wide {
                last.pop();
            }
            last.push('…');
        }
    }
    lines
}

/// Draws a line of text whose baseline starts at `(left, base)`: calls `ink` with pixels and their cover, 0 to 1.
pub fn draw(text: &str, size: f32, left: f32, base: f32, mut ink: impl FnMut(i32, i32, f32)) {
    let scaled = font().as_scaled(scale(size));
    let mut x = left;
    for character in text.chars() {
        let id = scaled.glyph_id(character);
        let glyph: Glyph = id.with_scale_and_position(scale(size), point(x, base));
        if let Some(outline) = font().outline_glyph(glyph) {
            let bounds = outline.px_bounds();
            #[expect(clippy::cast_possible_truncation, reason = "places on a picture of a few thousand pixels")]
            let (left, top) = (bounds.min.x as i32, bounds.min.y as i32);
            outline.draw(|dx, dy, cover| ink(left + dx.cast_signed(), top + dy.cast_signed(), cover));
        }
        x += scaled.h_advance(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D1.19
    #[test]
    fn every_letter_of_kazakh_russian_and_english_has_a_shape() {
        let letters = "әғқңөұүһіӘҒҚҢӨҰҮҺІабвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ";
        let ascii: String = ('!'..='~').collect();
        for character in letters.chars().chain(ascii.chars()).chain("«»–—№…’·".chars()) {
            assert_ne!(font().glyph_id(character).0, 0, "{character}");
        }
    }

    #[test]
    fn lines_fit_and_lose_nothing_but_spaces() {
        let text = "«Алатау» табиғи минералды ас суы, газдалған, шыны бөтелкеде 0,5 л";
        let lines = wrap(text, 30.0, 300.0, 9);
        assert!(lines.len() > 2);
        assert!(lines.iter().all(|line| width(line, 30.0) <= 300.0), "{lines:?}");
        assert_eq!(lines.join(" "), text);
        let code = "(01)04870001234560(21)3ABCDEFGHJKLM(91)k7Qa(92)".repeat(3);
        let lines = wrap(&code, 19.0, 400.0, 20);
        assert_eq!(lines.concat(), code);
        assert!(lines.iter().all(|line| width(line, 19.0) <= 400.0), "{lines:?}");
    }

    #[test]
    fn what_is_cut_says_so() {
        let lines = wrap(&"сөз ".repeat(50), 30.0, 300.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…') && width(&lines[1], 30.0) <= 300.0);
        assert!(wrap("", 30.0, 300.0, 2).is_empty());
        assert!(!wrap("ab", 30.0, 1.0, 9).is_empty());
    }

    #[test]
    fn letters_leave_ink_above_the_base() {
        let mut dark = 0;
        draw("Қ", 20.0, 5.0, 30.0, |x, y, cover| {
            assert!((0..40).contains(&x) && (0..40).contains(&y));
            if cover > 0.5 {
                dark += 1;
            }
        });
        assert!(dark > 20, "{dark}");
    }
}
