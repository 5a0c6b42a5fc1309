//! What keyboards, messengers and networks do to a link: letters of another case, a missing scheme, signs of the sentence
//! around it, a page in between that leads on, escapes undone or made twice.

use crate::link;

/// The link as it was, as far as its present shape tells: several when there is a choice. Nothing for a text without one.
pub(super) fn restored(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Some(link) = inside(text) else { return found };
    let mut push = |candidate: String| {
        if candidate != text && !found.contains(&candidate) {
            found.push(candidate);
        }
    };
    let unescaped = link.replace("&amp;", "&");
    push(unescaped.clone());
    // In a parameter a space stands for the plus sign that somebody took for a space.
    if unescaped.contains([' ', '+']) {
        push(unescaped.replace([' ', '+'], "%2B").replace("%20", "%2B"));
    }
    if unescaped.contains("%20") {
        push(unescaped.replace("%20", "%2B"));
    }
    if unescaped.contains("%25") {
        push(unescaped.replace("%25", "%"));
    }
    let capital = with_capital_stamp(&unescaped);
    capital.into_iter().for_each(&mut push);
    if let Some(target) = target(&unescaped) {
        with_capital_stamp(&target).into_iter().for_each(&mut push);
        push(target);
    }
    found
}

/// The web address in a text, from its scheme, in small letters, to the first character that no address holds.
fn inside(text: &str) -> Option<String> {
    let small = text.to_ascii_lowercase();
    let at = ["https:/", "http:/"].iter().find_map(|scheme| small.find(scheme));
    #[expect(clippy::single_match_else, reason = "both ways are as long")]
    let (scheme, rest) = match at {
        Some(at) => {
            let (scheme, rest) = text[at..].split_once(':')?;
            (scheme.to_ascii_lowercase(), rest.trim_start_matches('/'))
        }
        // A host and a path that only a stamp or a Digital Link has.
        None => {
            let host = text.split('/').next()?;
            let path = small.get(host.len()..)?;
            let is_host =
                host.contains('.') && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte));
            (is_host && (path.starts_with("/s/") || path.starts_with("/01/"))).then_some(("https".to_owned(), text))?
        }
    };
    let end =
        rest.find(|c: char| !c.is_ascii_graphic() && c != ' ' || matches!(c, '<' | '>' | '"')).unwrap_or(rest.len());
    let rest = rest[..end].trim_end_matches(['.', ',', ';', '!', '?', ')', ']', '\'', '*', ' ']);
    let (host, path) = rest.split_at(rest.find('/')?);
    Some(format!("{scheme}://{}{path}", host.to_ascii_lowercase()))
}

/// A stamp's link in which series, number and mark have their capital letters; those of a Digital Link's path need none.
fn with_capital_stamp(link: &str) -> Option<String> {
    let uri = link::split(link).ok()?;
    let after = uri.path.get(..3).filter(|start| start.eq_ignore_ascii_case("/s/"))?.len();
    let stem = &link[..uri.path_at];
    Some(format!("{stem}/s/{}", uri.path[after..].to_ascii_uppercase()))
}

/// The address that a link of a network's own leads on to.
fn target(link: &str) -> Option<String> {
    let query = link::split(link).ok()?.query?;
    let value = query
        .split('&')
        .filter_map(|parameter| parameter.split_once('='))
        .find_map(|(_, value)| value.get(..4).filter(|start| start.eq_ignore_ascii_case("http")).map(|_| value))?;
    inside(&link::decoded_text(value)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B16, B18
    #[test]
    fn links_are_read_as_people_pass_them_on() {
        let stamp = "https://tanba.kz/s/KZ000000042/62XWA8S23VX2R";
        for changed in [
            "HTTPS://TANBA.KZ/S/KZ000000042/62XWA8S23VX2R",
            "https://tanba.kz/s/kz000000042/62xwa8s23vx2r",
            "Https://Tanba.kz/s/KZ000000042/62XWA8S23VX2R",
            "tanba.kz/s/KZ000000042/62XWA8S23VX2R",
            "<https://tanba.kz/s/KZ000000042/62XWA8S23VX2R>",
            "Смотри: https://tanba.kz/s/KZ000000042/62XWA8S23VX2R.",
            "https://l.facebook.com/l.php?u=https%3A%2F%2Ftanba.kz%2Fs%2FKZ000000042%2F62XWA8S23VX2R&h=AT0",
            "https:/tanba.kz/s/KZ000000042/62XWA8S23VX2R",
        ] {
            assert!(restored(changed).contains(&stamp.to_owned()), "{changed}: {:?}", restored(changed));
        }
        let link = "https://id.gs1.org/01/04870000770014/21/3A?91=k7Qa&92=a%2Bb";
        for changed in [
            link.replace("%2B", "+"),
            link.replace("%2B", " "),
            link.replace('&', "&amp;"),
            link.replace("%2B", "%252B"),
        ] {
            assert!(restored(&changed).contains(&link.to_owned()), "{changed}: {:?}", restored(&changed));
        }
        assert!(restored("0104870000770014213ABC").is_empty());
    }
}
