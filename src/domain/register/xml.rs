//! XML of a stranger as steps: an element begins, an element ends with its text. Bounded in size, depth and length; no DTD, no entity
//! but those of XML itself, UTF-8 only. It knows nothing of what the elements mean.

use std::io::{self, BufRead, ErrorKind, Read};

use quick_xml::{
    Reader, XmlVersion,
    errors::SyntaxError,
    events::{BytesRef, BytesStart, Event},
};

use crate::domain::refusal::Refused;

/// Most bytes of a file.
pub(super) const FILE: u64 = 200 * 1024 * 1024;
/// Most bytes of a tag, or of a text.
const PIECE: u64 = 256 * 1024;
/// Most characters of a text that is kept.
const TEXT: usize = 4_000;
/// How deep elements may stand in each other.
const DEPTH: usize = 32;

/// An element, and what comes next of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It begins. Names are local, and in lower case.
    Begin(String, Vec<(String, String)>),
    /// It ends, with the text that stood directly before that.
    End(String, String),
    /// The document is over.
    Over,
}

/// Reads step by step.
pub(super) struct Steps<R: BufRead> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    depth: usize,
    text: String,
    has_root: bool,
}

impl<R: BufRead> Steps<R> {
    /// Looks whether it can be XML in UTF-8 at all.
    pub(super) fn open(mut source: R) -> Result<Self, Refused> {
        let begin = source.fill_buf().map_err(|error| Refused::invalid("register-unreadable").with("error", error))?;
        if begin.starts_with(&[0xff, 0xfe]) || begin.starts_with(&[0xfe, 0xff]) || begin.iter().take(4).any(|byte| *byte == 0) {
            return Err(Refused::invalid("register-encoding"));
        }
        let first = begin.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(begin).trim_ascii_start().first().copied();
        if first != Some(b'<') {
            return Err(Refused::invalid("register-no-xml"));
        }
        let mut reader = Reader::from_reader(Bounded { inner: source, file: FILE, piece: PIECE });
        reader.config_mut().expand_empty_elements = true;
        Ok(Self { reader, buffer: Vec::new(), depth: 0, text: String::new(), has_root: false })
    }

    /// The next step.
    pub(super) fn next(&mut self) -> Result<Step, Refused> {
        loop {
            let at = self.reader.buffer_position();
            self.reader.get_mut().piece = PIECE;
            self.buffer.clear();
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| refuse(&error, at))?;
            match event {
                Event::Start(start) => {
                    let (name, attributes) = begin(&start).map_err(|error| refuse(&error, at))?;
                    self.text.clear();
                    self.depth += 1;
                    let second = self.depth == 1 && std::mem::replace(&mut self.has_root, true);
                    if second || self.depth > DEPTH {
                        return Err(broken(at));
                    }
                    return Ok(Step::Begin(name, attributes));
                }
                Event::End(end) => {
                    let name = end.local_name().as_ref().to_lowercase();
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Step::End(name, std::mem::take(&mut self.text).trim().to_owned()));
                }
                Event::Text(text) => keep(&mut self.text, &text),
                Event::CData(text) => keep(&mut self.text, &text),
                Event::GeneralRef(name) => keep(&mut self.text, &resolve(&name, at)?),
                Event::DocType(_) => return Err(Refused::invalid("register-doctype")),
                Event::Decl(declared) => {
                    let encoding = declared.encoding().transpose().map_err(|_| broken(at))?;
                    if !encoding.is_none_or(|encoding| is_utf8(&encoding)) {
                        return Err(Refused::invalid("register-encoding"));
                    }
                }
                Event::Eof if self.depth == 0 && self.has_root => return Ok(Step::Over),
                Event::Eof => return Err(Refused::invalid("register-cut").with("at", at)),
                _ => {}
            }
        }
    }
}

fn begin(start: &BytesStart<'_>) -> Result<(String, Vec<(String, String)>), quick_xml::Error> {
    let name = start.local_name().as_ref().to_lowercase();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0)?;
        attributes.push((attribute.key.local_name().as_ref().to_lowercase(), value.chars().take(TEXT).collect()));
    }
    Ok((name, attributes))
}

fn keep(kept: &mut String, text: &str) {
    let room = TEXT.saturating_sub(kept.len());
    kept.extend(text.chars().take(room));
}

/// A letter by its number, or one of the five that XML names; whoever declares more has written a DTD.
fn resolve(name: &BytesRef<'_>, at: u64) -> Result<String, Refused> {
    if let Some(letter) = name.resolve_char_ref().map_err(|error| refuse(&error, at))? {
        return Ok(letter.to_string());
    }
    let text = match &**name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => return Err(Refused::invalid("register-doctype")),
    };
    Ok(text.to_owned())
}

fn is_utf8(encoding: &str) -> bool {
    ["utf-8", "utf8", "us-ascii"].iter().any(|known| encoding.eq_ignore_ascii_case(known))
}

fn broken(at: u64) -> Refused {
    Refused::invalid("register-broken").with("at", at)
}

fn refuse(error: &quick_xml::Error, at: u64) -> Refused {
    match error {
        quick_xml::Error::Io(error) if error.kind() == ErrorKind::FileTooLarge => {
            Refused::invalid("register-too-large").with("limit", FILE / 1024 / 1024)
        }
        quick_xml::Error::Io(error) if error.kind() == ErrorKind::QuotaExceeded => {
            Refused::invalid("register-piece-too-large").with("at", at)
        }
        quick_xml::Error::Io(error) => Refused::invalid("register-unreadable").with("error", error),
        // All of these but one say that something was not closed when the file ended.
        quick_xml::Error::Syntax(SyntaxError::InvalidBangMarkup) => broken(at),
        quick_xml::Error::Syntax(_) => Refused::invalid("register-cut").with("at", at),
        quick_xml::Error::Encoding(_) => Refused::invalid("register-encoding"),
        quick_xml::Error::Escape(_) => Refused::invalid("register-doctype"),
        _ => broken(at),
    }
}

/// Hands on no more than a file may have, and at a time no more than a piece may have.
struct Bounded<R> {
    inner: R,
    file: u64,
    piece: u64,
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let room = self.file.min(self.piece);
        let kind = if self.file == 0 { ErrorKind::FileTooLarge } else { ErrorKind::QuotaExceeded };
        let there = self.inner.fill_buf()?;
        if room == 0 && !there.is_empty() {
            return Err(kind.into());
        }
        Ok(&there[..there.len().min(usize::try_from(room).unwrap_or(usize::MAX))])
    }

    fn consume(&mut self, amount: usize) {
        self.file = self.file.saturating_sub(amount as u64);
        self.piece = self.piece.saturating_sub(amount as u64);
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let there = self.fill_buf()?;
        let count = there.len().min(into.len());
        into[..count].copy_from_slice(&there[..count]);
        self.consume(count);
        Ok(count)
    }
}
