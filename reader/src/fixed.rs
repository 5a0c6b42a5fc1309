//! What is known of a symbol before it is read: the modules that all symbols of its kind and size have in common.

/// A kind and size of square symbols.
pub(crate) trait Fixed {
    /// Modules on a side.
    fn side(&self) -> usize;

    /// What a module must be: dark, light, or (None) what its data says. One module of quiet zone around the symbol is
    /// light.
    fn dark(&self, x: i32, y: i32) -> Option<bool>;

    /// Where fixed modules show how the symbol lies.
    fn anchors(&self) -> Vec<Anchor>;
}

/// A place with fixed modules around it: the corner of four modules, or the middle of an edge between two.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    pub x: i32,
    pub y: i32,
    /// Whether the modules that tell lie above each other rather than side by side.
    pub is_upright: bool,
}
