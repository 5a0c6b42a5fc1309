//! What the system tells of memory.

/// The bytes on the line of this name in a file that counts in kB, such as `/proc/self/status`; zero where there is none.
pub fn memory(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) << 10
}

#[cfg(test)]
mod tests {
    use super::memory;

    #[test]
    fn this_very_program_holds_some() {
        assert!(memory("/proc/self/status", "VmHWM") > 1 << 20);
        assert_eq!(memory("/proc/self/status", "VmNothing"), 0);
    }
}
