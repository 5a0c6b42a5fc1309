//! Finding counterfeits from scans (Q27): rules over what is remembered of codes, devices, shops and runs of codes.

pub mod rules;
