//! Labels: codes as symbols that any scanner reads, on sheets to print (S6, S7) and as pictures for screens.

mod data_matrix;
mod font;
mod http;
mod picture;
mod sheet;
mod symbol;
mod words;

pub(crate) use http::routes;
pub use picture::{picture, printed_millimetres};
pub use symbol::{Family, Symbol, Unprintable};
