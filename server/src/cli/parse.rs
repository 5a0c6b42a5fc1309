//! `tanba parse`: a line in, a line out, however many there are. Nobody reading any more ends it quietly.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

use marking::code::Form;
use marking::line::parse_line;

use super::arguments::Parse;

/// The longest line that is read, in bytes: the longest text, each of its bytes escaped, and room to spare.
const LONGEST: usize = 1 << 16;

/// Answers every line until there are no more.
pub(super) fn run(arguments: &Parse, from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    match answer_all(arguments.form, arguments.strict, from, to) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

fn answer_all(form: Form, strict: bool, from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut from = BufReader::with_capacity(1 << 16, from);
    let mut to = BufWriter::with_capacity(1 << 16, to);
    let mut line = Vec::new();
    loop {
        line.clear();
        if from.by_ref().take(LONGEST as u64).read_until(b'\n', &mut line)? == 0 {
            return to.flush();
        }
        if line.len() == LONGEST && !line.ends_with(b"\n") {
            skip_line(&mut from)?;
            // Answered like any text that is too long.
            line = format!("\"{}\"", "0".repeat(LONGEST / 2)).into_bytes();
        }
        let text = std::str::from_utf8(&line).unwrap_or_default();
        to.write_all(parse_line(text.trim_end_matches('\n'), form, strict).as_bytes())?;
        to.write_all(b"\n")?;
        // Who sends a line and waits for the answer gets it.
        if from.buffer().is_empty() {
            to.flush()?;
        }
    }
}

/// Passes over the rest of a line without keeping it.
fn skip_line(from: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = from.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(buffer.len(), |at| at + 1);
        from.consume(length);
        if end.is_some() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn answers(input: &[u8]) -> Vec<String> {
        let arguments = Parse { form: Form::Auto, strict: false };
        let mut output = Vec::new();
        run(&arguments, &mut &*input, &mut output).unwrap();
        String::from_utf8(output).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn every_line_gets_an_answer_of_its_own() {
        let answers = answers(b"\"(01)04600840749372\"\r\n\n\xff\xfe\n{}\n\"04600840749372\"");
        let good: Vec<bool> = answers.iter().map(|answer| answer.starts_with("{\"ok\":true")).collect();
        assert_eq!(good, [true, false, false, false, true], "{answers:?}");
    }

    #[test]
    fn no_lines_no_answers() {
        assert!(answers(b"").is_empty());
    }

    /// X40: an endless line costs no memory, and the next one is answered.
    #[test]
    fn a_line_beyond_all_measure_is_refused_and_the_next_one_read() {
        let mut input = vec![b'"'];
        input.extend(std::iter::repeat_n(b'0', 1 << 20));
        input.extend(b"\"\n\"04600840749372\"\n");
        let answers = answers(&input);
        assert_eq!(answers.len(), 2);
        assert!(answers[0].contains("\"error\":\"too-long\"") && answers[1].contains("\"ok\":true"), "{answers:?}");
    }

    #[test]
    fn nobody_reading_any_more_is_no_fault() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        let arguments = Parse { form: Form::Auto, strict: false };
        assert!(run(&arguments, &mut &b"\"1\"\n"[..], &mut Gone).is_ok());
    }
}
