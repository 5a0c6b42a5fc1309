//! What of a PNG file is handed to the decoder: the chunks that its pixels need, and Exif of a modest size.
//!
//! A decoder inflates a colour profile (`iCCP`) before anybody asks for it: 261 kB become 256 MiB. Profiles, texts,
//! suggested palettes and the frames of animations change no pixel that is read here.

use std::borrow::Cow;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Bytes of a chunk beside its data: length, type and checksum.
const FRAME: usize = 12;
/// Largest Exif that is looked at, in bytes: the turn of a picture stands in its first hundred.
const MAX_EXIF: usize = 64 << 10;

/// The file without the chunks that its pixels don't need and without what follows its end. Other files, and what is
/// broken, are left to the decoder to judge.
pub(super) fn needed(file: &[u8]) -> Cow<'_, [u8]> {
    let Some(mut rest) = file.strip_prefix(SIGNATURE) else { return Cow::Borrowed(file) };
    let mut kept: Vec<&[u8]> = vec![SIGNATURE];
    let mut is_whole = true;
    while let Some(head) = rest.first_chunk::<8>() {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let kind = &head[4..];
        let end = length.saturating_add(FRAME).min(rest.len());
        let (chunk, after) = rest.split_at(end);
        if is_needed(kind, length) {
            kept.push(chunk);
        } else {
            is_whole = false;
        }
        rest = after;
        if kind == b"IEND" {
            is_whole &= rest.is_empty();
            break;
        }
    }
    if is_whole { Cow::Borrowed(file) } else { Cow::Owned(kept.concat()) }
}

fn is_needed(kind: &[u8], length: usize) -> bool {
    // A capital first letter: no decoder may pass such a chunk over.
    let is_critical = kind[0].is_ascii_uppercase();
    is_critical || kind == b"tRNS" || kind == b"eXIf" && length <= MAX_EXIF
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
        [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], &kind, data, b"crc!"].concat()
    }

    fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
        [SIGNATURE, &chunks.concat()].concat()
    }

    /// X60
    #[test]
    fn only_chunks_that_pixels_need_reach_the_decoder() {
        let (head, data, end) = (chunk(*b"IHDR", &[1; 13]), chunk(*b"IDAT", b"pixels"), chunk(*b"IEND", b""));
        let (clear, turn) = (chunk(*b"tRNS", &[0]), chunk(*b"eXIf", b"MM"));
        let plain = file(&[head.clone(), clear.clone(), turn.clone(), data.clone(), end.clone()]);
        assert!(matches!(needed(&plain), Cow::Borrowed(_)));
        let talkative = file(&[
            head,
            chunk(*b"iCCP", b"profile"),
            clear,
            chunk(*b"zTXt", b"text"),
            turn,
            chunk(*b"iTXt", b"text"),
            chunk(*b"eXIf", &vec![0; MAX_EXIF + 1]),
            chunk(*b"fdAT", b"frame"),
            data,
            end,
            b"appended".to_vec(),
        ]);
        assert_eq!(needed(&talkative), plain);
    }

    /// X40
    #[test]
    fn a_file_that_breaks_off_or_lies_about_a_length_ends_where_it_ends() {
        let lying = [SIGNATURE, &u32::MAX.to_be_bytes(), b"iCCP", b"rest"].concat();
        assert_eq!(needed(&lying), SIGNATURE);
        let lying = [SIGNATURE, &u32::MAX.to_be_bytes(), b"IDAT", b"rest"].concat();
        assert_eq!(needed(&lying), lying);
        for other in [&b""[..], b"GIF89a", SIGNATURE, b"\x89PNG\r\n\x1a\n\0\0"] {
            assert_eq!(needed(other), other);
        }
    }
}
