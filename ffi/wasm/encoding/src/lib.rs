//! The character sets of symbols, as far as their reader asks the library `encoding_rs` for them. A browser has the
//! tables of all of them in its `TextDecoder`; without ours the module that it loads is a quarter smaller.
//!
//! Refuses to write in any set but UTF-8: nothing here makes symbols.

use std::borrow::Cow;

use js_sys::{Function, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type TextDecoder;

    #[wasm_bindgen(constructor, catch)]
    fn new(label: &str) -> Result<TextDecoder, JsValue>;
}

/// A character set.
#[derive(Debug, PartialEq, Eq)]
pub struct Encoding {
    /// Its label in the browser.
    label: &'static str,
}

macro_rules! encodings {
    ($($name:ident = $label:literal)+) => {$(
        #[doc = $label]
        pub static $name: &Encoding = &Encoding { label: $label };
    )+};
}

encodings! {
    BIG5 = "big5"
    EUC_KR = "euc-kr"
    GB18030 = "gb18030"
    GBK = "gbk"
    ISO_8859_2 = "iso-8859-2"
    ISO_8859_3 = "iso-8859-3"
    ISO_8859_4 = "iso-8859-4"
    ISO_8859_5 = "iso-8859-5"
    ISO_8859_6 = "iso-8859-6"
    ISO_8859_7 = "iso-8859-7"
    ISO_8859_8 = "iso-8859-8"
    ISO_8859_10 = "iso-8859-10"
    ISO_8859_13 = "iso-8859-13"
    ISO_8859_14 = "iso-8859-14"
    ISO_8859_15 = "iso-8859-15"
    ISO_8859_16 = "iso-8859-16"
    SHIFT_JIS = "shift_jis"
    UTF_8 = "utf-8"
    UTF_16BE = "utf-16be"
    UTF_16LE = "utf-16le"
    WINDOWS_874 = "windows-874"
    WINDOWS_1250 = "windows-1250"
    WINDOWS_1251 = "windows-1251"
    WINDOWS_1252 = "windows-1252"
    WINDOWS_1254 = "windows-1254"
    WINDOWS_1256 = "windows-1256"
}

impl Encoding {
    /// The set that the web knows as ASCII; nobody asks for another by its label.
    pub fn for_label(label: &[u8]) -> Option<&'static Self> {
        (label == b"ascii").then_some(WINDOWS_1252)
    }

    /// The text that bytes say, with U+FFFD for what says nothing; and whether there was any of that.
    pub fn decode<'a>(&'static self, bytes: &'a [u8]) -> (Cow<'a, str>, &'static Self, bool) {
        let text = if self.label == "utf-8" {
            String::from_utf8_lossy(bytes)
        } else {
            Cow::Owned(self.by_browser(bytes).unwrap_or_else(|| "\u{fffd}".to_owned()))
        };
        let faulty = text.contains('\u{fffd}');
        (text, self, faulty)
    }

    /// The bytes of a text: of UTF-8 alone.
    pub fn encode<'a>(&'static self, text: &'a str) -> (Cow<'a, [u8]>, &'static Self, bool) {
        (Cow::Borrowed(text.as_bytes()), self, self.label != "utf-8")
    }

    fn by_browser(&self, bytes: &[u8]) -> Option<String> {
        let decoder = TextDecoder::new(self.label).ok()?;
        let decode: Function = Reflect::get(decoder.as_ref(), &"decode".into()).ok()?.dyn_into().ok()?;
        decode.call1(decoder.as_ref(), &Uint8Array::from(bytes)).ok()?.as_string()
    }
}
