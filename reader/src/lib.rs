//! Reading labels: Data Matrix, QR, EAN-13, EAN-8, UPC-A, UPC-E and Code 128, from a camera frame or a photo.
//!
//! [`Live`] takes one gray frame after another, keeps to a few milliseconds and says what the person could do when
//! nothing is read. [`photo_luma`] looks at one gray picture as long as its [`Budget`] lasts and returns every code,
//! marking codes first; `photo` does the same with a jpeg, png or webp file, on white, upright as its EXIF says. (The
//! latter is missing in the browser, which decodes pictures by itself.)
//!
//! A text is only ever returned when its error correction or its check digit holds; a bar code needs two scan lines
//! that agree as well. GS stays 0x1D in the text, and the FNC1 in front of a GS1 symbol is told by the symbology alone.
//!
//! How it reads: [`blocks`] find where a picture could hold a code, [`binary`] makes black and white of it by the
//! local mean, several scales and treatments are tried in order of what they yield, and corners that were found without
//! a text are sampled again on the gray picture along a smooth [`warp`]. No other
//! crate reads symbols with the library rxing; the server draws them with it.
#![allow(
    // Coordinates and gray levels move between integers and floats on every line here. Pictures are limited to
    // MAX_SIDE on either side, so that none of these conversions loses anything that matters.
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    // Sums halved, x and y, width and height, row and column: the words that the matter has.
    clippy::manual_midpoint,
    clippy::many_single_char_names,
    clippy::similar_names
)]

mod bars;
mod binary;
mod blocks;
mod budget;
mod data_matrix;
mod equaliser;
mod fixed;
mod found;
mod geometry;
mod gray;
mod hint;
mod live;
mod modules;
mod photo;
#[cfg(not(target_arch = "wasm32"))]
mod picture;
mod plain;
#[cfg(not(target_arch = "wasm32"))]
mod png;
mod qr;
mod treatment;
mod warp;

pub use budget::Budget;
pub use found::{Format, Found};
pub use geometry::Point;
pub use gray::{Luma, NotAPicture};
pub use hint::Hint;
pub use live::{Live, Sight};
pub use photo::photo_luma;
#[cfg(not(target_arch = "wasm32"))]
pub use picture::{PhotoError, Picture, open_picture, photo};

/// The longest side of a picture in pixels, a panorama's: larger ones are refused before anything is allocated for them.
pub const MAX_SIDE: usize = 16_384;

/// Most pixels of a picture, 2²⁶: phones of "50 megapixels" make frames of 8160 × 6144 and 8192 × 6144, those of "64" make
/// 9280 × 6944. The bound of every host; the contract and the app name it too.
pub const MAX_PIXELS: usize = 64 << 20;

/// A picture with a shorter side than this many pixels holds no code.
const LEAST_SIDE: usize = 8;
