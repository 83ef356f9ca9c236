//! PyTorch checkpoints: the zip that `torch.save` has written since 1.6, and the older stream of pickles. A state
//! dict may stand alone or within a checkpoint. Tensors are views of shared storages; each view is checked against
//! the size of its storage before a number is read. Whole modules and TorchScript need Python and are refused.

mod pickle;
mod unpickle;

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::nasnet::names::torch_key;
use crate::tensor::Dtype;
use crate::tensor::shared_bytes::SharedBytes;
use crate::weights::file_contents::{FileContents, FileTensor, Number, TensorData, Writer};
use crate::weights::keras::config::HeadFacts;
use crate::weights::pytorch::pickle::{Id, Pickle, Value};
use crate::weights::pytorch::unpickle::unpickle;
use crate::weights::zipped::Archive;

/// Keys under which training scripts keep averaged weights beside the last ones, the likelier first.
const AVERAGED: [&str; 2] = ["state_dict_ema", "model_ema"];

/// Keys under which training scripts keep a state dict, the likelier first.
const NESTED: [&str; 6] = ["state_dict", "model_state_dict", "model_state", "model", "net", "network"];

/// The most dimensions of a tensor. In a hostile file all tensors can share one huge shape, so what each of them
/// copies is limited; texts are borrowed.
const MAX_DIMENSIONS: usize = 8;

/// Bytes of a tensor's name or a storage's class, for the same reason.
const MAX_NAME_BYTES: usize = 1024;

/// A storage as pickles refer to it.
struct Storage<'a> {
    key: &'a str,
    class: &'a str,
    /// Numbers of its root before the first one.
    offset: usize,
}

/// A tensor before its storage is looked up.
struct UnreadTensor<'a> {
    name: &'a str,
    storage: Storage<'a>,
    offset: usize,
    shape: Vec<usize>,
    strides: Vec<usize>,
}

/// Lists the tensors of a zip checkpoint.
///
/// # Errors
/// [`Error::Weights`] when it is damaged, or holds something else than a state dict.
pub(crate) fn read_archive(origin: &str, archive: &mut Archive) -> Result<FileContents> {
    let fail = |detail: String| Error::weights(origin, detail);
    let name = archive.names().find(|name| *name == "data.pkl" || name.ends_with("/data.pkl"));
    let folder = name.and_then(|name| name.strip_suffix("data.pkl")).unwrap_or_default().to_owned();
    if archive.names().any(|name| name.strip_prefix(&folder).is_some_and(|rest| rest.starts_with("code/"))) {
        return Err(fail("a TorchScript archive: save the model's state_dict() instead".to_owned()));
    }
    if let Some(order) = archive.read(&format!("{folder}byteorder"))?
        && &*order != b"little"
    {
        return Err(fail(format!("byte order {:?}, expected little", String::from_utf8_lossy(&order))));
    }
    let bytes = archive.read(&format!("{folder}data.pkl"))?.unwrap_or_else(|| SharedBytes::from_static(b""));
    let pickle = unpickle(&bytes).map_err(|error| fail(format!("data.pkl: {error}")))?;
    let mut storages: HashMap<&str, SharedBytes> = HashMap::new();
    let mut tensors = Vec::new();
    let (views, notes) = state_dict(&pickle).map_err(fail)?;
    for view in views {
        let key = view.storage.key;
        let bytes = match storages.get(key) {
            Some(bytes) => bytes.clone(),
            None => {
                let entry = format!("{folder}data/{key}");
                let missing =
                    || Error::weights(origin, format!("{}: its storage {entry} is missing", view.name));
                let bytes = archive.read(&entry)?.ok_or_else(missing)?;
                storages.insert(key, bytes.clone());
                bytes
            }
        };
        tensors.push(view.tensor(bytes));
    }
    Ok(FileContents {
        tensors,
        writer: Writer::Torch,
        card: None,
        model: None,
        head: HeadFacts::Unknown,
        notes,
    })
}

/// Lists the tensors of a checkpoint from before 1.6: five pickles (magic, version, system, object, storage keys), then
/// for each key the count of its numbers and the numbers.
///
/// # Errors
/// [`Error::Weights`] when it is damaged or cut short, or holds something else than a state dict.
pub(crate) fn read_legacy(origin: &str, file: &SharedBytes) -> Result<FileContents> {
    let fail = |detail: String| Error::weights(origin, detail);
    let mut at = 0;
    let mut next = |what: &str| {
        let pickle = unpickle(&file[at..])
            .map_err(|error| Error::weights(origin, format!("truncated or damaged: {what}: {error}")))?;
        at += pickle.length;
        Ok::<_, Error>((pickle, at))
    };
    next("the magic number")?;
    let (version, _) = next("the version")?;
    if version.size(version.root) != Some(1001) {
        return Err(fail(format!(
            "version {:?} of torch's format, expected 1001",
            version.get(version.root)
        )));
    }
    let (system, _) = next("the system's description")?;
    let entries = system.entries(system.root).unwrap_or_default();
    let little = entries.iter().find(|(key, _)| system.text(*key) == Some("little_endian"));
    if little.is_some_and(|(_, value)| *system.get(*value) == Value::Bool(false)) {
        return Err(fail("big-endian numbers, expected little-endian".to_owned()));
    }
    let (pickle, _) = next("the state dict")?;
    let (keys, end) = next("the storage keys")?;
    let storages = legacy_storages(file, &pickle, &keys, end).map_err(fail)?;
    let mut tensors = Vec::new();
    let (views, notes) = state_dict(&pickle).map_err(fail)?;
    for view in views {
        let bytes = storages.get(view.storage.key).cloned();
        let missing = || Error::weights(origin, format!("{}: its storage is missing", view.name));
        let bytes = bytes.ok_or_else(missing)?;
        tensors.push(view.tensor(bytes));
    }
    Ok(FileContents {
        tensors,
        writer: Writer::LegacyTorch,
        card: None,
        model: None,
        head: HeadFacts::Unknown,
        notes,
    })
}

/// The storages that follow the pickles. A storage's type comes from the tensors that refer to it.
fn legacy_storages(
    file: &SharedBytes,
    pickle: &Pickle,
    keys: &Pickle,
    start: usize,
) -> Result<HashMap<String, SharedBytes>, String> {
    let mut sizes = HashMap::new();
    for value in &pickle.values {
        if let Value::Persistent(id) = value
            && let Ok(storage) = storage(pickle, *id)
        {
            sizes.insert(storage.key, number(storage.class).1);
        }
    }
    let (mut storages, mut at) = (HashMap::new(), start);
    for id in keys.items(keys.root) {
        let key = keys.text(*id).ok_or("a storage key that is no text")?;
        let size = *sizes.get(key).ok_or_else(|| format!("nothing refers to storage {key}"))?;
        let count = file.slice(at, 8).and_then(|bytes| bytes.first_chunk().map(|b| u64::from_le_bytes(*b)));
        let length = count.and_then(|count| usize::try_from(count).ok()?.checked_mul(size));
        let bytes = length.and_then(|length| file.slice(at + 8, length));
        let Some(bytes) = bytes else {
            let wanted = length
                .map_or("more".to_owned(), |length| at.saturating_add(length).saturating_add(8).to_string());
            return Err(format!(
                "truncated in storage {key}: at least {wanted} bytes expected, got {}",
                file.len()
            ));
        };
        at += 8 + bytes.len();
        storages.insert(key.to_owned(), bytes);
    }
    Ok(storages)
}

/// The tensors of the state dict in a pickle, and notes. It is the dict of tensors with the most names of a NASNet-A; of
/// several the averaged one, as in timm.
fn state_dict(pickle: &Pickle) -> Result<(Vec<UnreadTensor<'_>>, Vec<String>), String> {
    let Some(top) = pickle.entries(pickle.root) else {
        return Err(match pickle.get(pickle.root) {
            Value::Call { callable, .. } => match pickle.get(*callable) {
                Value::Global(module, name) => {
                    format!(
                        "a whole {module}.{name}, expected a state dict: save the model's state_dict() instead"
                    )
                }
                _ => "an object, expected a state dict".to_owned(),
            },
            _ => "no dict, expected a state dict".to_owned(),
        });
    };
    let mut candidates = vec![("", top.clone())];
    for name in AVERAGED.into_iter().chain(NESTED) {
        let named = top.iter().filter(|(key, _)| pickle.text(*key) == Some(name));
        candidates.extend(named.filter_map(|(_, value)| Some((name, pickle.entries(*value)?))));
    }
    let known = |entries: &Vec<(Id, Id)>| {
        entries
            .iter()
            .filter(|(key, _)| pickle.text(*key).is_some_and(|name| torch_key(name).is_some()))
            .count()
    };
    let tensors =
        |entries: &Vec<(Id, Id)>| entries.iter().filter(|(_, value)| is_tensor(pickle, *value)).count();
    // The first among equals.
    let mut best = 0;
    for place in 1..candidates.len() {
        let score = |place: usize| (known(&candidates[place].1), tensors(&candidates[place].1));
        if score(place) > score(best) {
            best = place;
        }
    }
    let (chosen, entries) = &candidates[best];
    let views = entries
        .iter()
        .filter(|(_, value)| is_tensor(pickle, *value))
        .map(|(key, value)| {
            let name = pickle.text(*key).unwrap_or("a tensor without a name");
            if name.len() > MAX_NAME_BYTES {
                return Err(format!("a tensor with a name of {} bytes", name.len()));
            }
            view(pickle, name, *value).map_err(|error| format!("{name}: {error}"))
        })
        .collect::<Result<Vec<_>, _>>()?;
    if views.is_empty() {
        let keys: Vec<_> = top.iter().take(6).filter_map(|(key, _)| pickle.text(*key)).collect();
        return Err(format!("no tensors found, but a dict of {}: expected a state dict", keys.join(", ")));
    }
    let other = candidates.iter().any(|(name, entries)| name != chosen && known(entries) > 0);
    let mut notes = Vec::new();
    if AVERAGED.contains(chosen) && other {
        notes.push(format!("the checkpoint's averaged weights ({chosen}) are used, as timm does"));
    }
    Ok((views, notes))
}

/// The function whose call a value is, by its name, and the arguments.
fn call(pickle: &Pickle, id: Id) -> Option<(&str, &[Id])> {
    let Value::Call { callable, arguments, .. } = pickle.get(id) else { return None };
    let Value::Global(module, name) = pickle.get(*callable) else { return None };
    matches!(module.as_str(), "torch._utils" | "torch._tensor" | "torch.tensor")
        .then(|| (name.as_str(), pickle.items(*arguments)))
}

fn is_tensor(pickle: &Pickle, id: Id) -> bool {
    call(pickle, id).is_some_and(|(name, _)| name.starts_with("_rebuild_"))
}

fn view<'a>(pickle: &'a Pickle, name: &'a str, id: Id) -> Result<UnreadTensor<'a>, String> {
    let (mut function, mut arguments) = call(pickle, id).ok_or("no tensor")?;
    for _ in 0..4 {
        // a parameter, or a tensor of a subclass, wraps a tensor
        (function, arguments) = match (function, arguments) {
            ("_rebuild_parameter" | "_rebuild_parameter_with_state", [inner, ..]) => {
                call(pickle, *inner).ok_or("a parameter without a tensor")?
            }
            ("_rebuild_from_type_v2", [inner, _, arguments, ..]) => match pickle.get(*inner) {
                Value::Global(_, name) => (name.as_str(), pickle.items(*arguments)),
                _ => return Err("a tensor of an unknown class".to_owned()),
            },
            same => same,
        };
    }
    let ("_rebuild_tensor_v2" | "_rebuild_tensor", [storage_id, offset, shape, strides, ..]) =
        (function, arguments)
    else {
        return Err(format!("a tensor made by {function}, expected a plain one"));
    };
    let Value::Persistent(key) = pickle.get(*storage_id) else { return Err("no storage".to_owned()) };
    let sizes = |id: Id| {
        if pickle.items(id).len() > MAX_DIMENSIONS {
            return Err("more dimensions than any tensor of a network has");
        }
        let sizes: Option<Vec<usize>> = pickle.items(id).iter().map(|id| pickle.size(*id)).collect();
        sizes.ok_or("a size that is no count")
    };
    let (shape, strides) = (sizes(*shape)?, sizes(*strides)?);
    if shape.len() != strides.len() {
        return Err(format!("{} dimensions, but {} strides", shape.len(), strides.len()));
    }
    let offset = pickle.size(*offset).ok_or("an offset that is no count")?;
    Ok(UnreadTensor { name, storage: storage(pickle, *key)?, offset, shape, strides })
}

/// A persistent id: `('storage', class, key, device, count)`, in old files with what it views in the end.
fn storage(pickle: &Pickle, id: Id) -> Result<Storage<'_>, String> {
    let [_, class, key, _, _, rest @ ..] = pickle.items(id) else { return Err("no storage".to_owned()) };
    let (Value::Global(_, class), Some(key)) = (pickle.get(*class), pickle.text(*key)) else {
        return Err("a storage without class or key".to_owned());
    };
    if class.len() > MAX_NAME_BYTES {
        return Err(format!("a class with a name of {} bytes", class.len()));
    }
    let viewed = rest.first().map(|view| pickle.items(*view)).unwrap_or_default();
    let offset = viewed.get(1).and_then(|offset| pickle.size(*offset)).unwrap_or(0);
    Ok(Storage { key, class, offset })
}

/// The numbers in a storage of that class, and bytes of each.
fn number(class: &str) -> (Number, usize) {
    let other = |size| (Number::Other(class.trim_end_matches("Storage").to_lowercase()), size);
    match class {
        "FloatStorage" => (Number::F32, 4),
        "HalfStorage" => (Number::Kept(Dtype::F16), 2),
        "BFloat16Storage" => (Number::Kept(Dtype::Bf16), 2),
        "DoubleStorage" => (Number::F64, 8),
        "LongStorage" | "ComplexFloatStorage" => other(8),
        "ComplexDoubleStorage" => other(16),
        "IntStorage" => other(4),
        "ShortStorage" => other(2),
        _ => other(1),
    }
}

impl UnreadTensor<'_> {
    fn tensor(self, bytes: SharedBytes) -> FileTensor {
        let offset = self.offset.saturating_add(self.storage.offset);
        let data = TensorData::Bytes { bytes, offset, strides: self.strides };
        let number = number(self.storage.class).0;
        FileTensor { path: self.name.to_owned(), name: self.name.to_owned(), shape: self.shape, number, data }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A state dict in protocol 2 of one tensor.
    fn state_dict_of(name: &str, class: &str, dimensions: usize) -> Vec<u8> {
        let text = |text: &str| [b"X", &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat();
        let ones = [b"(".to_vec(), b"K\x01".repeat(dimensions), b"t".to_vec()].concat();
        let storage = [b"(".to_vec(), text("storage"), format!("ctorch\n{class}\n").into_bytes(), text("0")];
        let storage = [storage.concat(), text("cpu"), b"K\x01tQ".to_vec()].concat();
        let call = b"ctorch._utils\n_rebuild_tensor_v2\n(".to_vec();
        [
            b"\x80\x02}".to_vec(),
            text(name),
            call,
            storage,
            b"K\x00".to_vec(),
            ones.clone(),
            ones,
            b"tRs.".to_vec(),
        ]
        .concat()
    }

    #[test]
    fn what_a_hostile_file_says_once_is_not_copied_for_each_tensor() {
        let read = |name: &str, class: &str, dimensions| {
            let pickle = unpickle(&state_dict_of(name, class, dimensions)).unwrap();
            state_dict(&pickle).map(|(views, _)| views.len())
        };
        assert_eq!(read("conv.weight", "FloatStorage", 4), Ok(1));
        assert!(read("conv.weight", "FloatStorage", 9).unwrap_err().contains("more dimensions"));
        assert!(read("conv.weight", &"F".repeat(2000), 4).unwrap_err().contains("2000 bytes"));
        assert!(read(&"c".repeat(2000), "FloatStorage", 4).unwrap_err().contains("2000 bytes"));
    }
}
