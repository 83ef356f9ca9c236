//! Mends a PNG that was cut after its pixels, as by an interrupted copy. The decoder needs the closing chunk; Pillow
//! does not. Files that lost pixels are for [`with_blank_rows`].

mod blank_rows;

pub(super) use blank_rows::with_blank_rows;

/// The chunk that ends every PNG: no data, `IEND`, its checksum.
const END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";

/// `bytes` up to the last whole chunk, or up to the checksum of the pixels, and the closing chunk; `None` if that would
/// not mend anything: the file ends within its pixels, or has its end.
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
            // Only the checksum of pixels was cut, which nobody needs.
            Some(next) if kind == Some(b"IDAT") && next - 4 <= bytes.len() => {
                let chunk = &bytes[at..next - 4];
                return Some([&bytes[..at], chunk, &checksum(&chunk[4..]).to_be_bytes(), END].concat());
            }
            _ => return None,
        }
    }
}

/// CRC-32 of a chunk's kind and data, as the PNG specification has it (section 5.5), bit by bit.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ ((sum & 1) * 0xedb8_8320))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_given_to_a_file_that_lost_it_after_its_pixels() {
        assert_eq!(checksum(b"IEND"), 0xae42_6082);
        let sum = checksum(b"IDATxx").to_be_bytes();
        let pixels = [b"\x89PNG\r\n\x1a\n\0\0\0\x02IDATxx".as_slice(), &sum].concat();
        let whole = [&pixels, END].concat();
        for length in pixels.len() - 4..whole.len() {
            assert_eq!(with_end(&whole[..length]).as_deref(), Some(whole.as_slice()), "{length} bytes");
        }
        assert_eq!(with_end(&whole), None);
        for length in 0..pixels.len() - 4 {
            assert_eq!(with_end(&whole[..length]), None, "{length} bytes");
        }
    }
}
