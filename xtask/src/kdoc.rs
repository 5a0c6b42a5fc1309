//! The documentation of the Kotlin surface, from the sources that the package holds: what is public and documented, in
//! one page. Dokka makes a larger one where Gradle can fetch it (`gradle dokkaGenerate` in the package).
//!
//! Reads the regular Kotlin that UniFFI writes and our own beside it, not Kotlin at large.

use std::fmt::Write as _;

/// Something documented.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    /// How deep it stands: 0 for what the package holds, 1 for what that holds.
    depth: usize,
    /// The declaration in one line, without its body.
    declared: String,
    /// The comment's paragraphs.
    said: Vec<String>,
}

/// One page about these sources.
pub fn page(title: &str, sources: &[String]) -> String {
    let mut groups: Vec<Vec<Entry>> = Vec::new();
    for entry in sources.iter().flat_map(|source| entries(source)) {
        match groups.last_mut() {
            Some(group) if entry.depth > 0 => group.push(entry),
            _ => groups.push(vec![entry]),
        }
    }
    groups.sort_by_key(|group| (is_function(&group[0].declared), name(&group[0].declared).to_lowercase()));
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title>\n<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}\
         code{{font:0.9em ui-monospace,monospace}}h2{{margin-top:2.5rem;font-size:1rem}}dt{{margin-top:.8rem}}\
         nav a{{margin-right:.8em}}</style>\n<h1>{title}</h1>\n<nav>"
    );
    for group in &groups {
        let name = name(&group[0].declared);
        let _ = write!(html, "<a href=\"#{name}\"><code>{name}</code></a> ");
    }
    html.push_str("</nav>\n");
    for group in &groups {
        let (first, members) = (&group[0], &group[1..]);
        let _ = writeln!(html, "<h2 id=\"{}\"><code>{}</code></h2>", name(&first.declared), escaped(&first.declared));
        html.push_str(&paragraphs(&first.said));
        if !members.is_empty() {
            html.push_str("<dl>\n");
        }
        for member in members {
            let margin = 2 * (member.depth - 1);
            let _ = writeln!(
                html,
                "<dt style=\"margin-left:{margin}rem\"><code>{}</code></dt><dd style=\"margin-left:{}rem\">{}</dd>",
                escaped(&member.declared),
                margin + 2,
                paragraphs(&member.said)
            );
        }
        if !members.is_empty() {
            html.push_str("</dl>\n");
        }
    }
    html
}

/// What brackets enclose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    /// The members of something public.
    Shown,
    /// Those of something that is not for readers, or the body of a function.
    Hidden,
}

/// What is documented in a source, in its order.
fn entries(source: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let (mut said, mut around): (Option<Vec<String>>, Vec<Around>) = (None, Vec::new());
    // Whether the type that was declared last is shown; its brackets may stand in the next line.
    let mut shows_type = None;
    let mut lines = source.lines().map(str::trim);
    while let Some(mut line) = lines.next() {
        if line.starts_with("/**") {
            let mut comment = String::new();
            // What is declared may stand behind the comment's end.
            while !line.contains("*/") {
                comment = comment + line + "\n";
                let Some(next) = lines.next() else { break };
                line = next;
            }
            let (last, rest) = line.split_once("*/").unwrap_or_default();
            said = Some(said_in(&(comment + last)));
            line = rest.trim();
        }
        let is_annotation = line.starts_with('@') && !line.contains("fun ") && !line.contains("class ");
        if line.is_empty() || line.starts_with("//") || is_annotation {
            continue;
        }
        let declared = declaration(line);
        let comment = said.take();
        let words = ["private ", "internal ", "protected ", "const "];
        let shown = around.iter().all(|around| *around == Around::Shown)
            && !words.iter().any(|word| declared.starts_with(word))
            && !declared.contains("uniffi")
            && !declared.contains("Uniffi")
            && !["Interface", "Impl"].iter().any(|end| name(&declared).ends_with(end))
            && !comment.iter().flatten().any(|text| text.contains("@suppress"));
        let is_companion = declared.starts_with("companion object");
        if ["class ", "interface ", "object "].iter().any(|word| format!(" {declared} ").contains(&format!(" {word}")))
        {
            shows_type = Some(shown && (comment.is_some() || is_companion));
        } else if line != "{" {
            shows_type = None;
        }
        if let Some(said) = comment.filter(|_| shown) {
            entries.push(Entry { depth: around.len(), declared, said });
        }
        for bracket in line.chars() {
            match bracket {
                '{' | '(' => around.push(if shows_type == Some(true) { Around::Shown } else { Around::Hidden }),
                '}' | ')' => drop(around.pop()),
                _ => {}
            }
        }
    }
    entries
}

/// The paragraphs of a comment.
fn said_in(comment: &str) -> Vec<String> {
    let bare = comment.trim_start_matches("/**").lines();
    let lines: Vec<_> = bare.map(|line| line.trim().trim_start_matches('*').trim()).collect();
    let joined = lines.split(|line| line.is_empty()).map(|lines| lines.join(" "));
    joined.filter(|paragraph| !paragraph.is_empty()).collect()
}

/// A declaration without its body, its value and what goes without saying.
fn declaration(line: &str) -> String {
    let mut line = line.replace(['`'], "").replace("kotlin.", "").replace("kz.tanba.", "").replace("java.time.", "");
    for word in ["override ", "public ", "open class "] {
        line = line.replace(word, if word == "open class " { "class " } else { "" });
    }
    if let Some((declared, _)) = line.split_once(") = ") {
        line = format!("{declared})");
    }
    let end = line.trim_end_matches(['{', '(', ',', ';', ':', ' ']).len();
    line.truncate(end);
    // The last member of a list may stand before its end.
    let mut open = 0_i32;
    let end = line.find(|character| {
        open += i32::from(character == '(') - i32::from(character == ')');
        open < 0
    });
    line.truncate(end.unwrap_or(line.len()));
    let is_type = line.contains("class ") || line.contains("object ");
    let line = line.split(" : ").next().filter(|_| is_type).unwrap_or(&line).trim().to_owned();
    let line = line.split(": Disposable").next().unwrap_or_default().to_owned();
    line.strip_prefix("@Throws(")
        .and_then(|rest| rest.split_once("::class)"))
        .map_or(line.clone(), |(error, rest)| format!("{} throws {error}", rest.trim()))
}

fn is_function(declared: &str) -> bool {
    declared.contains("fun ")
}

/// What is declared.
fn name(declared: &str) -> String {
    let words = ["fun ", "class ", "interface ", "object ", "val ", "var "];
    let rest = words.iter().find_map(|word| declared.split_once(word)).map_or(declared, |(_, rest)| rest);
    rest.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Paragraphs, with what stands in backticks as code.
fn paragraphs(said: &[String]) -> String {
    let paragraph = |text: &String| {
        let pieces = escaped(text);
        let pieces = pieces.split('`').enumerate();
        let marked =
            |(at, piece): (usize, &str)| if at % 2 == 1 { format!("<code>{piece}</code>") } else { piece.to_owned() };
        format!("<p>{}</p>\n", pieces.map(marked).collect::<String>())
    };
    said.iter().map(paragraph).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
/**
 * @suppress
 */
open class Buffer : Structure() {
    /** Nobody's business. */
    var inner: kotlin.Int = 0
}

/**
 * A card for `screens`.
 *
 * And <more>.
 */
data class Card (
    /**
     * Its title.
     */
    var `title`: kotlin.String
    ,
    /**
     * More.
     */
    val `more`: List<kotlin.String>) : Whole() {
    companion object
}

/**
 * Keeps things.
 */
open class Outbox: Disposable, AutoCloseable, OutboxInterface
{
    /**
     * Whether it is gone.
     */
    val uniffiIsDestroyed: Boolean get() = false

    /**
     * Keeps one.
     */
    @Throws(OutboxException::class)override fun `keep`(`card`: Card): kotlin.Boolean {
        return call { lift(it) }
    }
}

/**
 * Why not.
 */
sealed class Refused: kotlin.Exception() {
    /**
     * No room.
     */
    class Full(
        ) : Refused() {
        override val message
            get() = ""
    }
}
    /**
     * Reads one.
     */ fun `read`(`text`: kotlin.String): Card {
    }
"#;

    #[test]
    fn what_is_public_and_documented_is_found_with_its_members() {
        let found: Vec<_> = entries(SOURCE)
            .into_iter()
            .map(|Entry { depth, declared, said }| (depth, declared, said.join("|")))
            .collect();
        let of = |depth, declared: &str, said: &str| (depth, declared.to_owned(), said.to_owned());
        assert_eq!(
            found,
            [
                of(0, "data class Card", "A card for `screens`.|And <more>."),
                of(1, "var title: String", "Its title."),
                of(1, "val more: List<String>", "More."),
                of(0, "class Outbox", "Keeps things."),
                of(1, "fun keep(card: Card): Boolean throws OutboxException", "Keeps one."),
                of(0, "sealed class Refused: Exception()", "Why not."),
                of(1, "class Full", "No room."),
                of(0, "fun read(text: String): Card", "Reads one."),
            ]
        );
        let page = page("tanba", &[SOURCE.to_owned()]);
        assert!(page.contains("<p>A card for <code>screens</code>.</p>\n<p>And &lt;more&gt;.</p>"), "{page}");
    }
}
