//! Renames components of a JPEG that share a name. Scans mean them in their order, as in libjpeg; the decoder would
//! take the first of that name each time.

use std::borrow::Cow;

use super::frame::is_frame;

/// Where a frame header has its first component; each takes three bytes and begins with its name.
const FIRST_COMPONENT: usize = 6;

/// `bytes` with a name of its own for each component, where some share one.
pub(super) fn told_apart(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut names: Vec<u8> = Vec::new();
    let mut renamed = Cow::Borrowed(bytes);
    let mut at = 2;
    while let Some([mark, code]) = bytes.get(at..at + 2).and_then(<[u8]>::first_chunk::<2>) {
        if *mark != 0xff || matches!(code, 0x00 | 0x01 | 0xd0..=0xd8 | 0xff) {
            // Coded pixels, or bytes that belong nowhere.
            at += 1;
            continue;
        }
        let Some(length) = bytes.get(at + 2..at + 4) else { break };
        let length = usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
        let Some(body) = bytes.get(at + 4..at + 2 + length) else { break };
        if is_frame(*code) && names.is_empty() {
            let named = body.get(FIRST_COMPONENT..).unwrap_or_default().chunks_exact(3).map(|part| part[0]);
            names = named.take(4).collect();
            let shared = (1..names.len()).any(|index| names[..index].contains(&names[index]));
            if !shared {
                return renamed;
            }
            let first = at + 4 + FIRST_COMPONENT;
            (0..names.len()).for_each(|index| renamed.to_mut()[first + 3 * index] = index as u8 + 1);
        } else if *code == 0xda && !names.is_empty() {
            // libjpeg's rule: the first component of the name whose place in the scan is still free.
            let count = usize::from(body.first().copied().unwrap_or_default()).min(4);
            for place in 0..count {
                let Some(name) = body.get(1 + 2 * place) else { break };
                let component = (0..names.len()).find(|index| names[*index] == *name && *index >= place);
                if let Some(component) = component {
                    renamed.to_mut()[at + 5 + 2 * place] = component as u8 + 1;
                }
            }
        }
        at += 2 + length;
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_of_one_name_are_told_apart_by_their_order() {
        let file = |frame: [u8; 4], scan: [u8; 4]| {
            let frame: Vec<u8> = frame.iter().flat_map(|name| [*name, 0x11, 0]).collect();
            let scan: Vec<u8> = scan.iter().flat_map(|name| [*name, 0]).collect();
            let header = b"\xff\xd8\xff\xc0\x00\x14\x08\x00\x1f\x00\x2e\x04";
            [header, &frame[..], b"\xff\xda\x00\x0e\x04", &scan, b"\x00\x3f\x00\x12\xff\xd9"].concat()
        };
        let numbered = file([1, 2, 3, 4], [1, 2, 3, 4]);
        assert_eq!(*told_apart(&file([1, 2, 3, 1], [1, 2, 3, 1])), numbered);
        assert_eq!(*told_apart(&file([7, 7, 7, 7], [7, 7, 7, 7])), numbered);
        let distinct = file([1, 2, 4, 3], [4, 3, 2, 1]);
        assert!(matches!(told_apart(&distinct), Cow::Borrowed(_)));
        for length in 0..distinct.len() {
            told_apart(&file([1, 2, 3, 1], [1, 2, 3, 1])[..length]);
        }
    }
}
