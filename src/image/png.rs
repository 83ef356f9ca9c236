//! A PNG that lost its end after its pixels, as interrupted copies do. The decoder wants the closing chunk;
//! Pillow is content with the pixels.

/// The chunk that ends every PNG: no data, `IEND`, its checksum.
const END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";

/// `bytes` up to the last whole chunk, and the closing chunk; `None` if that would not mend anything: the file
/// ends within its pixels, or has its end.
pub(super) fn with_end(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut at = 8;
    let mut pixels = false;
    loop {
        let kind = bytes.get(at..)?.get(4..8);
        let length = bytes.get(at..)?.first_chunk().map(|length| u32::from_be_bytes(*length) as usize);
        // Length, kind, data, checksum.
        let next = length.and_then(|length| at.checked_add(length)?.checked_add(12));
        match next {
            Some(next) if next <= bytes.len() && kind.is_some() => {
                if kind == Some(b"IEND") {
                    return None;
                }
                pixels |= kind == Some(b"IDAT");
                at = next;
            }
            _ if pixels && kind != Some(b"IDAT") => return Some([&bytes[..at], END].concat()),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_given_to_a_file_that_lost_it_after_its_pixels() {
        let pixels = b"\x89PNG\r\n\x1a\n\0\0\0\x02IDATxx\x01\x02\x03\x04";
        let whole = [pixels.as_slice(), END].concat();
        for length in pixels.len()..whole.len() {
            assert_eq!(with_end(&whole[..length]).as_deref(), Some(whole.as_slice()), "{length} bytes");
        }
        assert_eq!(with_end(&whole), None);
        for length in 0..pixels.len() {
            assert_eq!(with_end(&whole[..length]), None, "{length} bytes");
        }
    }
}
