//! Which qualifiers follow which key in the path of a link, and in which order.

use crate::ai::Ai;

/// Whether `path` is a key and then, in order, some of the qualifiers of one of its sequences.
pub(super) fn allowed(path: &[Ai]) -> bool {
    let Some((key, qualifiers)) = path.split_first() else { return false };
    let sequences = key.row().key.unwrap_or_default();
    sequences.iter().any(|sequence| {
        let mut left = sequence.iter();
        qualifiers.iter().all(|own| left.any(|next| *next == own.as_str()))
    })
}

/// Whether `path` would still be allowed with `ai` somewhere after its key.
pub(super) fn would_fit(path: &[Ai], ai: Ai) -> bool {
    (1..=path.len()).any(|place| {
        let mut longer = path.to_vec();
        longer.insert(place, ai);
        allowed(&longer)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn path(ais: &str) -> Vec<Ai> {
        ais.split_ascii_whitespace().map(|ai| Ai::named(ai).unwrap()).collect()
    }

    #[test]
    fn qualifiers_keep_their_order_and_do_not_mix() {
        for good in [
            "00",
            "01",
            "01 22",
            "01 10 21",
            "01 22 10 21",
            "01 235",
            "414 254",
            "414 7040",
            "8006 22 21",
            "8017 8019",
            "8010 8011",
            "415 8020",
        ] {
            assert!(allowed(&path(good)), "{good}");
        }
        for bad in ["", "10", "01 21 10", "01 22 235", "01 01", "00 10", "414 254 7040", "8013 21", "415 8020 8020"] {
            assert!(!allowed(&path(bad)), "{bad}");
        }
    }

    #[test]
    fn a_parameter_that_would_fit_the_path_is_found() {
        assert!(would_fit(&path("01"), path("10")[0]));
        assert!(would_fit(&path("01 22 21"), path("10")[0]));
        assert!(!would_fit(&path("01 235"), path("10")[0]));
        assert!(!would_fit(&path("8004"), path("01")[0]));
    }
}
