//! A picture of two figures over the same steps, as SVG.

use std::fmt::Write;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 260.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 210.0;

/// Two curves side by side. Each has a title, the upper end of its scale, and a value for each of the steps.
pub(crate) fn pair(steps: &[&str], left: (&str, f64, &[f64]), right: (&str, f64, &[f64])) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"11\" fill=\"#333\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
    );
    curve(&mut svg, 40.0, 340.0, steps, left);
    curve(&mut svg, 430.0, 730.0, steps, right);
    svg.push_str("</svg>\n");
    svg
}

fn curve(svg: &mut String, left: f64, right: f64, steps: &[&str], (title, most, values): (&str, f64, &[f64])) {
    let height_of = |value: f64| BOTTOM - (value / most).clamp(0.0, 1.0) * (BOTTOM - TOP);
    for quarter in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (y, value) = (height_of(quarter * most), quarter * most);
        // A String takes everything.
        let _ = writeln!(svg, "<line x1=\"{left}\" y1=\"{y}\" x2=\"{right}\" y2=\"{y}\" stroke=\"#e4e4e4\"/>");
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{value}</text>", left - 4.0, y + 4.0);
    }
    text(svg, f64::midpoint(left, right), 22.0, title);
    let mut line = String::new();
    for (at, (step, value)) in (0_u32..).zip(steps.iter().zip(values)) {
        #[expect(clippy::cast_precision_loss, reason = "a handful of steps")]
        let x = left + 24.0 + f64::from(at) * (right - left - 48.0) / (steps.len().max(2) - 1) as f64;
        let y = height_of(*value);
        let _ = write!(line, "{x:.1},{y:.1} ");
        let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"#2a78b8\"/>");
        text(svg, x, y - 9.0, &format!("{value:.2}"));
        text(svg, x, BOTTOM + 16.0, step);
    }
    let _ = writeln!(svg, "<polyline points=\"{line}\" fill=\"none\" stroke=\"#2a78b8\" stroke-width=\"2\"/>");
}

fn text(svg: &mut String, x: f64, y: f64, words: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{words}</text>");
}
