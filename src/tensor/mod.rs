//! A weight tensor: its numbers in the file's own type, owned or mapped from the file.

pub mod shared_bytes;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use half::{bf16, f16};
use memmap2::Mmap;

/// The number types that weight files hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dtype {
    /// 32-bit float.
    F32,
    /// IEEE half.
    F16,
    /// bfloat16.
    Bf16,
}

impl Dtype {
    /// Bytes of one number.
    pub fn size(self) -> usize {
        match self {
            Dtype::F32 => 4,
            Dtype::F16 | Dtype::Bf16 => 2,
        }
    }

    /// The name in flags and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Dtype::F32 => "f32",
            Dtype::F16 => "f16",
            Dtype::Bf16 => "bf16",
        }
    }
}

/// Where a tensor's little-endian bytes are.
#[derive(Clone)]
enum Bytes {
    Owned(Arc<Vec<u8>>),
    Static(&'static [u8]),
    Mapped(Arc<Mmap>, Range<usize>),
}

/// A tensor: row-major, little-endian.
#[derive(Clone)]
pub struct Tensor {
    shape: Vec<usize>,
    dtype: Dtype,
    bytes: Bytes,
}

impl Tensor {
    /// A tensor of numbers in memory.
    ///
    /// # Panics
    /// When the count of numbers is not the shape's.
    pub fn from_f32(shape: Vec<usize>, values: &[f32]) -> Self {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Tensor::from_bytes(shape, Dtype::F32, bytes)
    }

    /// A tensor of raw little-endian bytes in memory.
    ///
    /// # Panics
    /// When the count of bytes is not the shape's.
    pub fn from_bytes(shape: Vec<usize>, dtype: Dtype, bytes: Vec<u8>) -> Self {
        Tensor::new(shape, dtype, Bytes::Owned(Arc::new(bytes)))
    }

    /// A tensor within the binary itself.
    ///
    /// # Panics
    /// When the count of bytes is not the shape's.
    pub fn from_static(shape: Vec<usize>, dtype: Dtype, bytes: &'static [u8]) -> Self {
        Tensor::new(shape, dtype, Bytes::Static(bytes))
    }

    /// A tensor within a mapped file; its pages are read when they are used.
    ///
    /// # Panics
    /// When the range is not within the file or not of the shape's size.
    pub fn from_map(shape: Vec<usize>, dtype: Dtype, map: Arc<Mmap>, range: Range<usize>) -> Self {
        assert!(range.end <= map.len(), "a tensor ends beyond its file");
        Tensor::new(shape, dtype, Bytes::Mapped(map, range))
    }

    fn new(shape: Vec<usize>, dtype: Dtype, bytes: Bytes) -> Self {
        let tensor = Tensor { shape, dtype, bytes };
        assert_eq!(tensor.bytes().len(), tensor.elements() * dtype.size(), "bytes of {:?}", tensor.shape);
        tensor
    }

    /// Its dimensions, outermost first.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The type of its numbers.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// How many numbers it has.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// Its bytes, little-endian.
    pub fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Owned(bytes) => bytes,
            Bytes::Static(bytes) => bytes,
            Bytes::Mapped(map, range) => &map[range.clone()],
        }
    }

    /// Gives the memory of mapped pages back; they are read from the file again when they are used again.
    pub fn release_pages(&self) {
        #[cfg(unix)]
        if let Bytes::Mapped(map, range) = &self.bytes {
            // SAFETY: the map is of a file and read-only, so a page that is dropped comes back as it was.
            // Where the system refuses, the pages stay.
            let _ = unsafe {
                map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, range.start, range.len())
            };
        }
    }

    /// Its numbers as f32; borrowed where the bytes already are that.
    pub fn to_f32(&self) -> Cow<'_, [f32]> {
        let bytes = self.bytes();
        let half = |convert: fn([u8; 2]) -> f32| {
            Cow::Owned(bytes.chunks_exact(2).map(|pair| convert([pair[0], pair[1]])).collect())
        };
        match self.dtype {
            Dtype::F16 => half(|pair| f16::from_le_bytes(pair).to_f32()),
            Dtype::Bf16 => half(|pair| bf16::from_le_bytes(pair).to_f32()),
            Dtype::F32 => match bytemuck::try_cast_slice(bytes) {
                Ok(values) if cfg!(target_endian = "little") => Cow::Borrowed(values),
                _ => Cow::Owned(
                    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
                ),
            },
        }
    }

    /// The same numbers in another type, rounded to nearest.
    pub fn to_dtype(&self, dtype: Dtype) -> Tensor {
        if dtype == self.dtype {
            return self.clone();
        }
        let values = self.to_f32();
        let bytes = match dtype {
            Dtype::F32 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Dtype::F16 => values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect(),
            Dtype::Bf16 => values.iter().flat_map(|value| bf16::from_f32(*value).to_le_bytes()).collect(),
        };
        Tensor::from_bytes(self.shape.clone(), dtype, bytes)
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.dtype.as_str(), self.shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_every_type_that_can_hold_them() {
        let values = [0.0, -1.5, 2.0, 0.25, -65504.0, 1.0];
        let tensor = Tensor::from_f32(vec![2, 3], &values);
        for dtype in [Dtype::F32, Dtype::F16] {
            assert_eq!(tensor.to_dtype(dtype).to_f32(), &values[..]);
        }
        assert_eq!(tensor.to_dtype(Dtype::Bf16).to_f32()[..4], values[..4]);
    }

    #[test]
    #[should_panic(expected = "bytes of [2, 3]")]
    fn refuses_bytes_that_do_not_fill_the_shape() {
        Tensor::from_f32(vec![2, 3], &[1.0]);
    }
}
