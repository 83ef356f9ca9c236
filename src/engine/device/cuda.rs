//! Opens a CUDA card.

use candle_core::Device;
use candle_core::cuda_backend::cudarc::driver::{result, sys};

use super::found::{Found, version};

/// Card `index`.
///
/// # Errors
/// Why it is unavailable, and what was found instead.
pub(super) fn open(index: usize) -> Result<Device, String> {
    if let Some(trouble) = look().trouble(index) {
        return Err(trouble);
    }
    Device::new_cuda(index).map_err(|error| error.to_string())
}

/// A card in a few words: name, memory, versions.
pub(super) fn describe(index: usize) -> Option<String> {
    let found = look();
    let card = found.cards.ok()?.into_iter().nth(index)?;
    Some(format!("{card}, driver for CUDA {}, built with {}", version(found.driver?), version(found.built)))
}

fn look() -> Found {
    let mut driver = 0;
    // SAFETY: it writes one number.
    let asked = unsafe { sys::cuDriverGetVersion(&mut driver).result() };
    let driver = asked.ok().and_then(|()| u32::try_from(driver).ok());
    Found { driver, built: sys::CUDA_VERSION, cards: cards().map_err(|error| format!("{error:?}")) }
}

fn cards() -> Result<Vec<String>, result::DriverError> {
    result::init()?;
    (0..result::device::get_count()?)
        .map(|index| {
            let card = result::device::get(index)?;
            // SAFETY: the card's number is from the driver.
            let memory = unsafe { result::device::total_mem(card)? };
            Ok(format!("{}, {:.0} GiB", result::device::get_name(card)?, memory as f64 / (1u64 << 30) as f64))
        })
        .collect()
}
