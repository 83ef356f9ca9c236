//! Mends a BMP without the padding of its last row. The decoder needs it; Pillow does not.

/// `bytes` with the filling of the last row; `None` if that would not mend anything: pixels are missing, nothing is, or
/// rows are compressed and not filled up.
pub(in super::super) fn with_filling(bytes: &[u8]) -> Option<Vec<u8>> {
    let number = |at: usize| bytes.get(at..)?.first_chunk().map(|number| u32::from_le_bytes(*number));
    let is_plain = number(14)? >= 40 && number(30)? == 0;
    let (width, height) = (number(18)? as i32, number(22)? as i32);
    let bits = u64::from(number(28)? & 0xffff);
    let row = (u64::from(width.unsigned_abs()) * bits).div_ceil(8);
    let stride = row.next_multiple_of(4);
    let whole = u64::from(number(10)?).checked_add(stride.checked_mul(u64::from(height.unsigned_abs()))?)?;
    let missing = whole.checked_sub(bytes.len() as u64)?;
    let mends = is_plain && (1..=stride - row).contains(&missing);
    mends.then(|| [bytes, &vec![0; missing as usize]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_filling_is_given_back() {
        let mut whole = Vec::new();
        let image = image::RgbImage::from_fn(3, 2, |x, y| image::Rgb([x as u8, y as u8, 7]));
        image.write_to(&mut std::io::Cursor::new(&mut whole), image::ImageFormat::Bmp).unwrap();
        whole.truncate(whole.len() - 3); // nine bytes of pixels, three that fill up
        let filled = [&whole[..], &[0; 3]].concat();
        for length in whole.len()..filled.len() {
            assert_eq!(with_filling(&filled[..length]), Some(filled.clone()), "{length} bytes");
        }
        assert_eq!(with_filling(&filled), None);
        for length in 0..whole.len() {
            assert_eq!(with_filling(&filled[..length]), None, "{length} bytes");
        }
    }
}
