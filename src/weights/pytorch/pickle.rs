//! The part of Python's pickle language that state dicts are written in, protocols 0 to 5 as far as torch uses them.
//! Nothing is ever called: `REDUCE` and `BUILD` are only recorded. Objects live in one list and refer to each other
//! by index, so a hostile file can neither overflow the stack by nesting nor grow by repetition.

/// The place of a value in [`Pickle::values`].
pub(crate) type Id = usize;

/// A value; `&` stands for [`Id`]s.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// An integer of more than 64 bits, little-endian.
    Long(Vec<u8>),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// A class or function: module, name.
    Global(String, String),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// An object that is stored outside the pickle, by its key.
    Persistent(Id),
    /// A call that is not made: what would be called, its arguments, and what was put into the result.
    Call {
        callable: Id,
        arguments: Id,
        items: Vec<(Id, Id)>,
        state: Option<Id>,
    },
}

/// The values of one pickle and which of them is the result.
#[derive(Debug)]
pub(crate) struct Pickle {
    pub values: Vec<Value>,
    pub root: Id,
    /// Bytes that it took.
    pub length: usize,
}

impl Pickle {
    /// The value behind an id.
    pub fn get(&self, id: Id) -> &Value {
        &self.values[id]
    }

    /// The ids of a tuple's or list's items; empty for anything else.
    pub fn items(&self, id: Id) -> &[Id] {
        match self.get(id) {
            Value::Tuple(items) | Value::List(items) => items,
            _ => &[],
        }
    }

    /// A text, as text or (from Python 2) bytes.
    pub fn text(&self, id: Id) -> Option<&str> {
        match self.get(id) {
            Value::Text(text) => Some(text),
            Value::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// An integer that is not negative.
    pub fn size(&self, id: Id) -> Option<usize> {
        match self.get(id) {
            Value::Int(value) => usize::try_from(*value).ok(),
            _ => None,
        }
    }

    /// The entries of a dict, or of an ordered dict in any of the ways in which Python writes one.
    pub fn entries(&self, id: Id) -> Option<Vec<(Id, Id)>> {
        match self.get(id) {
            Value::Dict(entries) => Some(entries.clone()),
            Value::Call { callable, arguments, items, .. } => {
                let Value::Global(module, name) = self.get(*callable) else { return None };
                if module != "collections" || !matches!(name.as_str(), "OrderedDict" | "defaultdict") {
                    return None;
                }
                // Python 2 gives the pairs as the one argument, Python 3 sets them afterwards.
                let listed = self.items(*arguments).first().map(|list| self.items(*list)).unwrap_or_default();
                let pairs = listed.iter().filter_map(|pair| match self.items(*pair) {
                    [key, value] => Some((*key, *value)),
                    _ => None,
                });
                Some(pairs.chain(items.iter().copied()).collect())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::pytorch::unpickle::{MAX_OPERATIONS, unpickle};

    #[test]
    fn reads_what_python_writes() {
        // pickle.dumps(collections.OrderedDict(a=(1, -2, 70000)), protocol=2)
        let bytes = b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01X\x01\x00\x00\x00aq\x02K\x01J\xfe\xff\xff\xffJp\x11\x01\x00\x87q\x03s.rest";
        let pickle = unpickle(bytes).unwrap();
        let entries = pickle.entries(pickle.root).unwrap();
        assert_eq!(pickle.text(entries[0].0), Some("a"));
        let numbers: Vec<_> = pickle.items(entries[0].1).iter().map(|id| pickle.get(*id).clone()).collect();
        assert_eq!(numbers, [Value::Int(1), Value::Int(-2), Value::Int(70000)]);
        assert_eq!(&bytes[pickle.length..], b"rest");
    }

    #[test]
    fn hostile_pickles_end_in_an_error_or_stay_small() {
        for (bytes, expected) in [
            (&b"X\xff\xff\xff\xffabc"[..], "4294967295 bytes expected, got 3"),
            (b"\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc", "bytes expected"),
            (b"(", "1 bytes expected, got 0"),
            (b"t", "no mark"),
            (b"R", "empty stack"),
            (b"NR.", "empty stack"),
            (b"N(0", "a mark where a value was expected"),
            (b"(N1t", "no mark"),
            (b"h\x01", "nothing remembered as 1"),
            (b"Na", "empty stack"),
            (b"NNa", "a list expected, got None"),
            (b"\xff", "0xff is unknown"),
        ] {
            let error = unpickle(bytes).map(|p| p.values).unwrap_err();
            assert!(error.contains(expected), "{bytes:?}: {error}");
        }
        // A tuple within a tuple within ..., a million deep, and a tuple doubled forty times over.
        let deep: Vec<u8> = [vec![b')'], vec![0x85; 1_000_000], vec![b'.']].concat();
        assert_eq!(unpickle(&deep).unwrap().values.len(), 1_000_001);
        let doubled: Vec<u8> = [vec![b')'], [b'2', 0x86].repeat(40), vec![b'.']].concat();
        assert_eq!(unpickle(&doubled).unwrap().values.len(), 41);
        assert!(unpickle(&vec![b'N'; MAX_OPERATIONS + 1]).unwrap_err().contains("operations"));
    }
}
