//! HDF5 as Keras uses it: opening, attributes that are lists of names, and the datasets below a group.

use std::collections::HashSet;

use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, Datatype, Hdf5File, OpenOptions};

use crate::error::{Error, Result};
use crate::tensor::Dtype;
use crate::tensor::shared_bytes::SharedBytes;
use crate::weights::file_contents::{FileTensor, Number, TensorData};

/// No tensor of a NASNet-A is near this size; a damaged file may ask for any.
const MAX_READ: usize = 1 << 30;
/// Nested groups below which nothing is looked for: Keras needs six.
const MAX_DEPTH: usize = 12;
/// Groups that are looked at, and datasets: Large has some 4,000.
const MAX_OBJECTS: usize = 200_000;

/// What a walk has visited.
#[derive(Default)]
struct Seen {
    /// By their addresses.
    groups: HashSet<u64>,
    datasets: usize,
}

/// An opened HDF5 file.
pub(crate) struct File {
    origin: String,
    file: Hdf5File,
    length: u64,
}

impl File {
    /// Reads the superblock.
    ///
    /// # Errors
    /// [`Error::Weights`] when the file is damaged, or shorter than its superblock says.
    pub fn open(origin: &str, file: &SharedBytes) -> Result<File> {
        let length = file.len() as u64;
        let options = OpenOptions::default()
            .with_max_read_bytes(MAX_READ)
            .with_max_chunk_bytes(MAX_READ)
            .with_max_object_header_bytes(16 << 20);
        let file = Hdf5File::from_owner(file.clone(), options)
            .map_err(|error| Error::weights(origin, format!("a damaged HDF5 file: {error}")))?;
        let superblock = file.superblock();
        // The end is an address, and addresses count from the superblock.
        let end = superblock.eof_address.saturating_add(if superblock.version < 2 {
            0
        } else {
            superblock.base_address
        });
        if end > length && superblock.eof_address != u64::MAX {
            let detail = format!("truncated: an HDF5 file of {end} bytes expected, got {length}");
            return Err(Error::weights(origin, detail));
        }
        Ok(File { origin: origin.to_owned(), file, length })
    }

    /// An error about this file.
    pub fn fail(&self, detail: impl std::fmt::Display) -> Error {
        Error::weights(&self.origin, format!("a damaged HDF5 file ({} bytes): {detail}", self.length))
    }

    /// The root group.
    ///
    /// # Errors
    /// [`Error::Weights`] when the file is damaged there.
    pub fn root(&self) -> Result<Group> {
        self.file.root_group().map_err(|error| self.fail(error))
    }

    /// Names of the groups and of the datasets in a group.
    ///
    /// # Errors
    /// [`Error::Weights`] when the file is damaged there.
    pub fn names(&self, group: &Group) -> Result<(Vec<String>, Vec<String>)> {
        group.member_names().map_err(|error| self.fail(error))
    }

    /// The group of that name in a group.
    ///
    /// # Errors
    /// [`Error::Weights`] when the file is damaged there.
    pub fn group(&self, group: &Group, name: &str) -> Result<Group> {
        group.group(name).map_err(|error| self.fail(error))
    }

    /// The text of an attribute, if the group has it.
    pub fn text(&self, group: &Group, name: &str) -> Option<String> {
        group.attribute(name).ok()?.read_string().ok()
    }

    /// The texts of an attribute; `None` if the group does not have it, or it is no list of texts.
    pub fn texts(&self, group: &Group, name: &str) -> Option<Vec<String>> {
        group.attribute(name).ok()?.read_strings().ok()
    }

    /// All datasets below a group: visits each with its names from there on, the dataset's last.
    ///
    /// # Errors
    /// [`Error::Weights`] when the file is damaged, its groups contain one another, or `visit` fails.
    pub fn walk(
        &self,
        group: &Group,
        visit: &mut impl FnMut(&[String], &Group, Dataset) -> Result<()>,
    ) -> Result<()> {
        let mut seen = Seen::default();
        self.walk_below(group, &mut Vec::new(), &mut seen, visit)
    }

    fn walk_below(
        &self,
        group: &Group,
        path: &mut Vec<String>,
        seen: &mut Seen,
        visit: &mut impl FnMut(&[String], &Group, Dataset) -> Result<()>,
    ) -> Result<()> {
        if path.len() > MAX_DEPTH || seen.groups.len() > MAX_OBJECTS {
            return Err(self.fail("groups nested without end"));
        }
        if !seen.groups.insert(group.address()) {
            return Err(self.fail(format!("the group {} is met a second time", path.join("/"))));
        }
        let (groups, datasets) = group.members().map_err(|error| self.fail(error))?;
        for dataset in datasets {
            seen.datasets += 1;
            if seen.datasets > MAX_OBJECTS {
                return Err(self.fail(format!("more than {MAX_OBJECTS} datasets")));
            }
            path.push(dataset.name().rsplit('/').next().unwrap_or_default().to_owned());
            visit(path, group, dataset)?;
            path.pop();
        }
        for inner in groups {
            path.push(inner.name().rsplit('/').next().unwrap_or_default().to_owned());
            self.walk_below(&inner, path, seen, visit)?;
            path.pop();
        }
        Ok(())
    }
}

/// A dataset as a tensor.
pub(crate) fn tensor(name: String, path: String, dataset: Dataset) -> FileTensor {
    let shape = dataset.shape().iter().map(|size| usize::try_from(*size).unwrap_or(usize::MAX)).collect();
    let number = number(dataset.dtype());
    FileTensor { name, path, shape, number, data: TensorData::Hdf5(Box::new(dataset)) }
}

fn number(datatype: &Datatype) -> Number {
    match datatype {
        Datatype::FloatingPoint { size: 4, .. } => Number::F32,
        Datatype::FloatingPoint { size: 2, .. } => Number::Kept(Dtype::F16),
        Datatype::FloatingPoint { size: 8, .. } => Number::F64,
        Datatype::FixedPoint { size, signed, .. } => {
            Number::Other(format!("{}int{}", if *signed { "" } else { "u" }, u64::from(*size) * 8))
        }
        // Keras keeps bfloat16 as two opaque bytes
        Datatype::Opaque { size: 2, .. } => Number::Kept(Dtype::Bf16),
        _ => Number::Other("no number".to_owned()),
    }
}
