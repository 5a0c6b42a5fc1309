//! Lists come in pages: `?limit=` (1 to 100, 50 unless told) and `&cursor=`, answered with `items` and `next_cursor`.
//! A cursor is what the page before gave; what it says inside is the list's own business.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::platform::problem::{Error, FieldFault, Result};
use crate::platform::unicode;

/// Which page is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// Items a page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    /// `next_cursor` of the page before; without it, the first page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

impl Page {
    /// The page that a query asks for in fields of its own.
    pub(crate) fn new(limit: Option<i64>, cursor: Option<String>) -> Self {
        Self { limit, cursor }
    }

    const MOST: i64 = 100;
    /// Characters of a cursor.
    const LONGEST: usize = 100;

    /// How many items; 400 beyond 1 to 100.
    pub(crate) fn limit(&self) -> Result<i64> {
        let limit = self.limit.unwrap_or(50);
        if (1..=Self::MOST).contains(&limit) {
            return Ok(limit);
        }
        let args = [("min", 1_i64.into()), ("max", Self::MOST.into())];
        Err(Error::Malformed("malformed-query", vec![FieldFault::with("limit", "field-out-of-range", &args)]))
    }

    /// The key after which the page starts; 400 when the cursor is none of ours.
    pub(crate) fn after<K: FromStr>(&self) -> Result<Option<K>> {
        let Some(text) = self.cursor.as_deref() else { return Ok(None) };
        // PostgreSQL takes no NUL in a text.
        let is_text = text.len() <= Self::LONGEST && !text.contains('\0');
        let key = if is_text { text.parse().ok() } else { None };
        key.map(Some).ok_or_else(|| Error::malformed("invalid-cursor"))
    }
}

/// What a list is searched for, in composed characters as names are kept: up to 100 characters without those that control a terminal. Nothing where only spaces
/// are given; 400 with the fault otherwise.
pub(crate) fn search_text(text: Option<&str>) -> Result<Option<String>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let fault = |fault| Err(Error::Malformed("malformed-query", vec![fault]));
    if text.chars().count() > Page::LONGEST {
        return fault(FieldFault::with("search", "field-too-long", &[("max", Page::LONGEST.into())]));
    }
    if text.chars().any(char::is_control) {
        return fault(FieldFault::new("search", "field-control-character"));
    }
    Ok(Some(unicode::nfc(text)))
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// Cursor of the next page; none on the last.
    pub(crate) next_cursor: Option<String>,
}

impl<T> Listed<T> {
    /// A page of `limit` from rows that were asked for with one more than that; `key` makes the cursor.
    pub(crate) fn cut(mut rows: Vec<T>, limit: i64, key: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(key) } else { None };
        Self { items: rows, next_cursor }
    }

    /// The same page with other items.
    pub(crate) fn map<U>(self, change: impl FnMut(T) -> U) -> Listed<U> {
        Listed { items: self.items.into_iter().map(change).collect(), next_cursor: self.next_cursor }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn page(limit: Option<i64>, cursor: Option<&str>) -> Page {
        Page { limit, cursor: cursor.map(str::to_owned) }
    }

    #[test]
    fn a_page_has_between_one_and_a_hundred_items() {
        assert_eq!(page(None, None).limit().unwrap(), 50);
        assert_eq!(page(Some(100), None).limit().unwrap(), 100);
        for limit in [0, 101, -1, i64::MAX] {
            assert!(matches!(page(Some(limit), None).limit(), Err(Error::Malformed("malformed-query", _))), "{limit}");
        }
    }

    #[test]
    fn a_cursor_that_is_not_ours_is_refused() {
        assert_eq!(page(None, Some("7")).after::<i64>().unwrap(), Some(7));
        assert_eq!(page(None, None).after::<i64>().unwrap(), None);
        for foreign in ["x", "", &"0".repeat(101)] {
            assert!(matches!(page(None, Some(foreign)).after::<i64>(), Err(Error::Malformed("invalid-cursor", _))));
        }
    }

    #[test]
    fn only_a_page_that_something_follows_has_a_cursor() {
        let cut = |rows: i32| {
            let page = Listed::cut((1..=rows).collect(), 3, i32::to_string);
            (page.items.len(), page.next_cursor)
        };
        assert_eq!(cut(0), (0, None));
        assert_eq!(cut(3), (3, None));
        assert_eq!(cut(4), (3, Some("3".to_owned())));
    }
}
