//! Reading codes from photos: for tills, chat bots and browsers that can't read by themselves. A photo comes in, what it
//! shows and what the register says of it go out, and nothing of it is kept.

mod desk;
mod http;

pub(crate) use http::routes;
