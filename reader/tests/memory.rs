//! How much memory a hostile picture takes. A program of its own, because the peak is that of the whole process.
#![allow(missing_docs, clippy::unwrap_used, clippy::cast_possible_truncation, reason = "tests")]
#![cfg(target_os = "linux")]

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use reader::Picture;

/// The largest memory that this process ever had, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&kind[..], data].concat();
    [&(data.len() as u32).to_be_bytes()[..], &body, &checksum(&body).to_be_bytes()].concat()
}

/// A zlib stream that inflates to 256 MiB of zeros, made without holding them: a zero, then copies of it of 258 bytes each.
fn bomb() -> Vec<u8> {
    const COPIES: u32 = (256 << 20) / 258;
    let mut stream = vec![0x78, 0x01];
    let (mut buffer, mut filled) = (0_u64, 0);
    // Bits in the order in which they are sent; Huffman codes begin with their highest.
    let mut send = |bits: &str| {
        for bit in bits.bytes() {
            buffer |= u64::from(bit == b'1') << filled;
            filled += 1;
            if filled == 8 {
                stream.push(buffer as u8);
                (buffer, filled) = (0, 0);
            }
        }
    };
    // The last block, of fixed codes; the literal 0.
    send("110");
    send("00110000");
    for _ in 0..COPIES {
        // Length 258, distance 1.
        send("11000101");
        send("00000");
    }
    // The end of the block, and bits up to a whole byte.
    send("0000000");
    send("0000000");
    let sum = ((1 + 258 * COPIES) % 65_521) << 16 | 1;
    stream.extend_from_slice(&sum.to_be_bytes());
    stream
}

/// X60: chunks that a decoder would inflate before anybody asks for them take no memory.
#[test]
fn compressed_metadata_of_a_png_take_no_memory() {
    let stream = bomb();
    let mut plain = Cursor::new(Vec::new());
    DynamicImage::new_luma8(64, 64).write_to(&mut plain, ImageFormat::Png).unwrap();
    let plain = plain.into_inner();
    // Behind the head of 8 + 25 bytes.
    let hostile = |chunk: &[u8]| [&plain[..33], chunk, &plain[33..]].concat();
    let before = peak();
    for (kind, head) in [(b"iCCP", &b"p\0\0"[..]), (b"zTXt", b"k\0\0"), (b"iTXt", b"k\0\x01\0\0\0")] {
        let file = hostile(&chunk(*kind, &[head, &stream].concat()));
        assert!(Picture::open(&file).is_ok(), "{kind:?}");
    }
    let grown = peak() - before;
    assert!(grown < 16 << 20, "{} kB more", grown >> 10);
    // The same stream as pixels goes no further than the head says.
    let head = [&plain[..16], &[0, 0, 8, 0, 0, 0, 8, 0, 8, 0, 0, 0, 0]].concat();
    let head = [&head[..], &checksum(&head[12..]).to_be_bytes()].concat();
    let file = [&head, &chunk(*b"IDAT", &stream)[..], &chunk(*b"IEND", b"")].concat();
    let before = peak();
    let _either = Picture::open(&file);
    assert!(peak() - before < 32 << 20);
}
