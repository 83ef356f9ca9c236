//! What a reader returns: a file's tensors under its own names, their numbers unread, and what else the file records.

use hdf5_reader::{ByteOrder, Dataset};

use crate::error::{Error, Result};
use crate::tensor::shared_bytes::SharedBytes;
use crate::tensor::{Dtype, Tensor};
use crate::weights::card::Card;
use crate::weights::keras::config::{HeadFacts, ModelConfig};
use crate::weights::strided_copy::StridedView;

/// Number types that files hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Number {
    /// A type that tensors keep.
    Kept(Dtype),
    /// 64-bit float, rounded to f32.
    F64,
    /// Not a float; the file's name for the type.
    Other(String),
}

impl Number {
    /// 32-bit float.
    pub const F32: Number = Number::Kept(Dtype::F32);
}

/// Where a tensor's numbers are.
#[derive(Clone)]
pub(crate) enum TensorData {
    /// Little-endian numbers in a file's bytes, with any strides.
    Bytes {
        /// The bytes that offset and strides count in.
        bytes: SharedBytes,
        /// Numbers before the first one.
        offset: usize,
        /// Numbers from one index of each dimension to the next.
        strides: Vec<usize>,
    },
    /// An HDF5 dataset, row-major.
    Hdf5(Box<Dataset>),
}

/// A tensor of a file.
#[derive(Clone)]
pub(crate) struct FileTensor {
    /// The file's own name for it, for people.
    pub name: String,
    /// The name that identifies it: the same, or the layer's where the file only counts layers (Keras 3).
    pub path: String,
    /// Its dimensions in the file.
    pub shape: Vec<usize>,
    /// The type of its numbers.
    pub number: Number,
    /// Its numbers.
    pub data: TensorData,
}

impl FileTensor {
    /// Reads its numbers as a tensor of `shape`. `order` gives the file's dimension for each dimension of the result;
    /// `skip` leaves out the first index of one dimension of the result (TF-slim's background class).
    ///
    /// # Errors
    /// [`Error::Weights`] when the file is damaged there, or a number is not a finite float.
    pub fn read(
        &self,
        origin: &str,
        shape: &[usize],
        order: &[usize],
        skip: Option<usize>,
    ) -> Result<Tensor> {
        let fail = |detail: String| Error::weights(origin, format!("{}: {detail}", self.name));
        let (bytes, offset, strides) = match &self.data {
            TensorData::Bytes { bytes, offset, strides } => (bytes.clone(), *offset, strides.clone()),
            TensorData::Hdf5(dataset) => {
                // The shape was compared with the expected one, so this allocates no more than the network has.
                let mut bytes = dataset.read_raw_bytes().map_err(|error| fail(error.to_string()))?;
                if matches!(byte_order(dataset), Some(ByteOrder::BigEndian)) {
                    let size = bytes.len() / self.shape.iter().product::<usize>().max(1);
                    bytes.chunks_exact_mut(size.max(1)).for_each(<[u8]>::reverse);
                }
                match &self.number {
                    // Keras' layout is the canonical one but for dimensions of size 1: nothing to move.
                    Number::Kept(dtype) if order.is_sorted() && skip.is_none() => {
                        return self.checked(origin, shape, *dtype, bytes);
                    }
                    _ => (SharedBytes::from_vec(bytes), 0, row_major(&self.shape)),
                }
            }
        };
        let mut view = StridedView {
            shape: shape.to_vec(),
            strides: order.iter().map(|axis| strides[*axis]).collect(),
            offset,
        };
        if let Some(axis) = skip {
            view.offset += view.strides[axis];
        }
        let (size, dtype) = match &self.number {
            Number::Kept(dtype) => (dtype.size(), *dtype),
            Number::F64 => (8, Dtype::F32),
            Number::Other(name) => return Err(fail(format!("numbers of type {name}, expected floats"))),
        };
        let (have, end) = (bytes.len() / size, view.end());
        // A view may repeat numbers, but one with more numbers than its storage is not a weight, and could ask for
        // any amount of memory.
        if end.is_none_or(|end| end > have) || view.elements().is_none_or(|count| count > have) {
            return Err(fail(format!("reaches beyond its storage of {have} numbers")));
        }
        let bytes = match size {
            2 => view.strided_copy::<2>(&bytes),
            4 => view.strided_copy::<4>(&bytes),
            _ => to_f32(&view.strided_copy::<8>(&bytes)),
        };
        self.checked(origin, shape, dtype, bytes)
    }

    /// Numbers as a tensor, if they are as many as the shape's and finite.
    fn checked(&self, origin: &str, shape: &[usize], dtype: Dtype, bytes: Vec<u8>) -> Result<Tensor> {
        let fail = |detail: String| Error::weights(origin, format!("{}: {detail}", self.name));
        let expected = shape.iter().product::<usize>() * dtype.size();
        if bytes.len() != expected {
            return Err(fail(format!("{expected} bytes expected, got {}", bytes.len())));
        }
        if let Some(place) = first_not_finite(&bytes, dtype) {
            return Err(fail(format!("number {place} is not finite")));
        }
        Ok(Tensor::from_bytes(shape.to_vec(), dtype, bytes))
    }

    /// Its bytes as they are, where they are floats that lie row-major in the file and aligned for use in place.
    pub fn in_place(&self) -> Option<Tensor> {
        let (TensorData::Bytes { bytes, offset: 0, strides }, Number::Kept(dtype)) =
            (&self.data, &self.number)
        else {
            return None;
        };
        let aligned = (bytes.as_ptr() as usize).is_multiple_of(dtype.size());
        let whole = *strides == row_major(&self.shape);
        let length = self.shape.iter().product::<usize>() * dtype.size();
        (aligned && whole && bytes.len() == length)
            .then(|| bytes.clone().into_tensor(self.shape.clone(), *dtype))
    }
}

/// A file's tensors and what it says about them.
pub(crate) struct FileContents {
    /// The tensors, in the file's order.
    pub tensors: Vec<FileTensor>,
    /// Who wrote it, as far as the kind of file tells.
    pub writer: Writer,
    /// What a canonical file records.
    pub card: Option<Card>,
    /// What Keras recorded about the model around the weights.
    pub model: Option<ModelConfig>,
    /// What it says about the head.
    pub head: HeadFacts,
    /// Notes for the user on how the file was read.
    pub notes: Vec<String>,
}

/// Kinds of writers, for the defaults that differ between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    /// Keras, in any of its formats.
    Keras,
    /// torch.save since 1.6.
    Torch,
    /// torch.save before 1.6.
    LegacyTorch,
    /// Anyone: names must tell.
    Safetensors,
}

/// Strides of a row-major tensor.
pub(crate) fn row_major(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1usize; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis].saturating_mul(shape[axis]);
    }
    strides
}

/// The byte order of a float dataset.
fn byte_order(dataset: &Dataset) -> Option<ByteOrder> {
    match dataset.dtype() {
        hdf5_reader::Datatype::FloatingPoint { byte_order, .. } => Some(*byte_order),
        _ => None,
    }
}

fn to_f32(bytes: &[u8]) -> Vec<u8> {
    let (numbers, _) = bytes.as_chunks::<8>();
    numbers.iter().flat_map(|number| (f64::from_le_bytes(*number) as f32).to_le_bytes()).collect()
}

/// The place of the first infinity or NaN: numbers whose exponent bits are all set.
fn first_not_finite(bytes: &[u8], dtype: Dtype) -> Option<usize> {
    match dtype {
        Dtype::F16 => first_with_bits(bytes.as_chunks::<2>().0, |n| u16::from_le_bytes(n) & 0x7c00 == 0x7c00),
        Dtype::Bf16 => {
            first_with_bits(bytes.as_chunks::<2>().0, |n| u16::from_le_bytes(n) & 0x7f80 == 0x7f80)
        }
        Dtype::F32 => {
            let mask = 0x7f80_0000;
            first_with_bits(bytes.as_chunks::<4>().0, |n| u32::from_le_bytes(n) & mask == mask)
        }
    }
}

/// The place of the first number for which `is` holds. Blocks are searched without an early exit, so that the
/// compiler vectorises the loop; a block with a hit is searched again.
fn first_with_bits<const SIZE: usize>(
    numbers: &[[u8; SIZE]],
    is: impl Fn([u8; SIZE]) -> bool,
) -> Option<usize> {
    const BLOCK: usize = 4096;
    let has = |block: &[[u8; SIZE]]| block.iter().fold(false, |found, number| found | is(*number));
    let block = numbers.chunks(BLOCK).position(has)?;
    let within = numbers[block * BLOCK..].iter().position(|number| is(*number))?;
    Some(block * BLOCK + within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(number: Number, bytes: Vec<u8>, shape: Vec<usize>) -> FileTensor {
        let strides = row_major(&shape);
        let data = TensorData::Bytes { bytes: SharedBytes::from_vec(bytes), offset: 0, strides };
        FileTensor { name: "t".into(), path: "t".into(), shape, number, data }
    }

    #[test]
    fn doubles_are_rounded_and_turned() {
        let bytes = [1.0f64, 2.0, 3.0, 4.5, 0.1, 6.0].iter().flat_map(|n| n.to_le_bytes()).collect();
        let turned = tensor(Number::F64, bytes, vec![2, 3]).read("f", &[3, 2], &[1, 0], None).unwrap();
        assert_eq!(turned.to_f32(), &[1.0, 4.5, 2.0, 0.1, 3.0, 6.0][..]);
    }

    #[test]
    fn numbers_that_are_not_finite_are_named_by_place() {
        for (number, bytes) in [
            (Number::F32, [1.0f32, f32::NAN].iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<_>>()),
            (Number::F64, [1.0f64, 1e300].iter().flat_map(|n| n.to_le_bytes()).collect()),
            (Number::Kept(Dtype::F16), vec![0, 0, 0, 0x7c]),
            (Number::Kept(Dtype::Bf16), vec![0, 0, 0x80, 0x7f]),
        ] {
            let error = tensor(number, bytes, vec![2]).read("f", &[2], &[0], None).unwrap_err();
            assert_eq!(error.to_string(), "f: t: number 1 is not finite");
        }
    }

    #[test]
    fn a_tensor_beyond_its_storage_is_an_error() {
        let error = tensor(Number::F32, vec![0; 12], vec![4]).read("f", &[4], &[0], None).unwrap_err();
        assert_eq!(error.to_string(), "f: t: reaches beyond its storage of 3 numbers");
    }
}
