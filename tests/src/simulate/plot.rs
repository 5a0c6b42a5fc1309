//! Two pictures of a run, drawn by hand: recall by the number of scanned copies, and how far scores can be believed.

use std::fmt::Write;

use serde_json::Value;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 300.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 250.0;

/// The pictures, side by side, as SVG.
pub(crate) fn svg(figures: &Value) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"11\" fill=\"#333\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
    );
    axes(&mut svg, 40.0, 340.0, "Copied codes found, by scanned copies");
    let groups = ["1_to_1", "2_to_2", "3_to_5", "6_to_9", "10_to_49", "50_to_199", "200_plus"];
    let names = ["1", "2", "3–5", "6–9", "10–49", "50–199", "200+"];
    for (at, (group, name)) in (0_u8..).zip(groups.iter().zip(names)) {
        let x = 62.0 + f64::from(at) * 42.0;
        let field = format!("recall_by_copies_{group}");
        let share = figures[&field].as_f64().unwrap_or_default();
        let (y, height) = (height_of(share), BOTTOM - height_of(share));
        let _ = writeln!(svg, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"26\" height=\"{height:.1}\" fill=\"#2a78b8\"/>");
        whisker(&mut svg, x + 13.0, &figures[&format!("{field}_interval")]);
        text(&mut svg, x + 13.0, BOTTOM + 16.0, name);
    }
    axes(&mut svg, 430.0, 730.0, "Alerts that were true, by score");
    let _ = writeln!(
        svg,
        "<line x1=\"430\" y1=\"{BOTTOM}\" x2=\"730\" y2=\"{TOP}\" stroke=\"#bbb\" stroke-dasharray=\"4 4\"/>"
    );
    for row in figures["calibration"].as_array().into_iter().flatten() {
        let (Some(score), Some(share)) = (row["score"].as_f64(), row["true"].as_f64()) else { continue };
        let (x, y) = (430.0 + 300.0 * score, height_of(share));
        whisker(&mut svg, x, &row["interval"]);
        let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"#2a78b8\"/>");
    }
    for tenth in [0.0, 0.5, 1.0] {
        text(&mut svg, 430.0 + 300.0 * tenth, BOTTOM + 16.0, &tenth.to_string());
    }
    svg.push_str("</svg>\n");
    svg
}

fn height_of(share: f64) -> f64 {
    BOTTOM - share * (BOTTOM - TOP)
}

fn axes(svg: &mut String, left: f64, right: f64, title: &str) {
    for tenth in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let y = height_of(tenth);
        let _ = writeln!(svg, "<line x1=\"{left}\" y1=\"{y}\" x2=\"{right}\" y2=\"{y}\" stroke=\"#e4e4e4\"/>");
        let percent = tenth * 100.0;
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{percent} %</text>", left - 4.0, y + 4.0);
    }
    text(svg, f64::midpoint(left, right), 22.0, title);
}

fn whisker(svg: &mut String, x: f64, interval: &Value) {
    let (Some(low), Some(high)) = (interval[0].as_f64(), interval[1].as_f64()) else { return };
    let (low, high) = (height_of(low), height_of(high));
    let _ = writeln!(svg, "<line x1=\"{x:.1}\" y1=\"{low:.1}\" x2=\"{x:.1}\" y2=\"{high:.1}\" stroke=\"#333\"/>");
}

fn text(svg: &mut String, x: f64, y: f64, words: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{words}</text>");
}
