//! Reads lists of paths as a stream: each path is handed on before the next one is read.

use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::{Path, PathBuf};

use super::Source;
use crate::error::{Error, Result};

/// The longest path that a list may hold; a longer one means that the file is no list of paths.
const MAX_PATH_BYTES: usize = 1 << 16;

/// The paths of a list: one a line, or NUL-separated. Empty lines are passed over; a carriage return at
/// the end of a line belongs to the line's end.
///
/// # Errors
/// When the file cannot be opened.
pub(super) fn paths(
    list: &Path,
    null: bool,
) -> Result<Box<dyn Iterator<Item = std::result::Result<PathBuf, Source>> + Send>> {
    if list.as_os_str() == "-" {
        return Ok(Box::new(Lines::new(BufReader::new(stdin()), PathBuf::from("-"), null)));
    }
    let file = File::open(list).map_err(|source| Error::io(list, source))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(Error::Config(format!("--files-from {}: is a folder, expected a file", list.display())));
    }
    Ok(Box::new(Lines::new(BufReader::new(file), list.to_owned(), null)))
}

struct Lines<R> {
    reader: R,
    name: PathBuf,
    separator: u8,
    failed: bool,
}

impl<R: BufRead> Lines<R> {
    fn new(reader: R, name: PathBuf, null: bool) -> Self {
        Lines { reader, name, separator: if null { 0 } else { b'\n' }, failed: false }
    }

    fn fail(&mut self, message: impl ToString) -> Option<std::result::Result<PathBuf, Source>> {
        self.failed = true;
        Some(Err(Source::nowhere(self.name.clone(), message)))
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = std::result::Result<PathBuf, Source>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        loop {
            let mut bytes = Vec::new();
            let mut limited = std::io::Read::take(&mut self.reader, MAX_PATH_BYTES as u64);
            match limited.read_until(self.separator, &mut bytes) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => return self.fail(format!("the list cannot be read: {error}")),
            }
            if bytes.last() == Some(&self.separator) {
                bytes.pop();
            } else if bytes.len() == MAX_PATH_BYTES {
                return self
                    .fail(format!("the list has a line of over {MAX_PATH_BYTES} bytes, which is no path"));
            }
            if self.separator == b'\n' && bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
            if !bytes.is_empty() {
                return Some(Ok(path_of_bytes(bytes)));
            }
        }
    }
}

#[cfg(unix)]
pub(super) fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
pub(super) fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], null: bool) -> Vec<String> {
        let lines = Lines::new(bytes, PathBuf::from("list"), null);
        lines
            .map(|path| path.map_or_else(|e| format!("{:?}", e.place), |p| p.display().to_string()))
            .collect()
    }

    #[test]
    fn lines_may_end_in_any_way_and_names_may_hold_anything_but_the_separator() {
        assert_eq!(read(b"a b.jpg\r\n\n\"q\".png\nlast", false), ["a b.jpg", "\"q\".png", "last"]);
        assert_eq!(read(b"new\nline.jpg\0cr\r\0", true), ["new\nline.jpg", "cr\r"]);
        assert!(read(b"", false).is_empty());
    }

    #[test]
    fn a_line_without_end_is_an_error_and_not_a_memory_hole() {
        let got = read(&vec![b'x'; 3 * MAX_PATH_BYTES], false);
        assert_eq!(got.len(), 1);
        assert!(got[0].contains("no path"));
    }
}
