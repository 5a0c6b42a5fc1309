//! Bech32 (BIP 173), as far as age writes its keys with it.

const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Bytes as text with a checksum: `age1…`.
pub(super) fn encode(prefix: &str, bytes: &[u8]) -> String {
    let mut groups = regroup(bytes, 8, 5, true).unwrap_or_default();
    groups.extend(checksum(prefix, &groups));
    let letters = groups.iter().map(|group| char::from(LETTERS[usize::from(*group)]));
    format!("{prefix}1{}", letters.collect::<String>())
}

/// The bytes of such a text; none when it is of another kind, or its checksum does not hold.
pub(super) fn decode(prefix: &str, text: &str) -> Option<Vec<u8>> {
    let is_mixed =
        text.bytes().any(|byte| byte.is_ascii_uppercase()) && text.bytes().any(|byte| byte.is_ascii_lowercase());
    if is_mixed {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let letters = text.strip_prefix(prefix)?.strip_prefix('1')?;
    let group = |letter: u8| LETTERS.iter().position(|known| *known == letter).and_then(|at| u8::try_from(at).ok());
    let groups: Vec<u8> = letters.bytes().map(group).collect::<Option<_>>()?;
    let (data, sum) = groups.split_at_checked(groups.len().checked_sub(6)?)?;
    if checksum(prefix, data) != sum {
        return None;
    }
    regroup(data, 5, 8, false)
}

/// The same bits in groups of another size. The last one is filled with zeros, or must have been.
fn regroup(groups: &[u8], from: u32, to: u32, fill: bool) -> Option<Vec<u8>> {
    let (mut bits, mut held, mut regrouped) = (0_u32, 0_u32, Vec::new());
    let mask = (1 << to) - 1;
    for group in groups {
        bits = bits << from | u32::from(*group);
        held += from;
        while held >= to {
            held -= to;
            regrouped.push(u8::try_from(bits >> held & mask).ok()?);
        }
        bits &= (1 << held) - 1;
    }
    if fill && held > 0 {
        regrouped.push(u8::try_from(bits << (to - held) & mask).ok()?);
    } else if !fill && (held >= from || bits != 0) {
        return None;
    }
    Some(regrouped)
}

fn checksum(prefix: &str, data: &[u8]) -> [u8; 6] {
    let high = prefix.bytes().map(|byte| byte >> 5);
    let low = prefix.bytes().map(|byte| byte & 31);
    let all = high.chain([0]).chain(low).chain(data.iter().copied()).chain([0; 6]);
    let sum = all.fold(1_u32, |sum, value| {
        let top = sum >> 25;
        let generators = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
        let step = (sum & 0x1ff_ffff) << 5 ^ u32::from(value);
        generators.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1).fold(step, |sum, (_, part)| sum ^ part)
    }) ^ 1;
    std::array::from_fn(|place| (sum >> (5 * (5 - place)) & 31) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_bent_is_not() {
        let text = encode("age", &[7; 32]);
        assert!(text.starts_with("age1") && text.len() == 62);
        assert_eq!(decode("age", &text), Some(vec![7; 32]));
        assert_eq!(decode("age", &text.to_uppercase()), Some(vec![7; 32]));
        for at in 4..text.len() {
            let mut bent = text.clone().into_bytes();
            bent[at] = if bent[at] == b'q' { b'p' } else { b'q' };
            assert_eq!(decode("age", &String::from_utf8_lossy(&bent)), None, "{at}");
        }
        for other in ["", "age", "age1", "bge1qqqqqqq", &text[..61], &text.replacen('a', "A", 1)] {
            assert_eq!(decode("age", other), None, "{other}");
        }
    }
}
