//! The part of Python's pickle language that state dicts are written in, protocols 0 to 5 as far as torch uses them.
//! Nothing is ever called: a `REDUCE` or `BUILD` is recorded as what it is. Objects live in one list and refer to each
//! other by place, so that a hostile file can neither nest beyond the stack nor multiply what it says.

use std::collections::HashMap;

/// Operations that are carried out; a state dict of the largest NASNet-A takes some 60,000.
const MAX_OPERATIONS: usize = 4_000_000;

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
    /// What the file's writer keeps elsewhere, by its key.
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
    /// Reads one pickle from the start of `bytes`.
    ///
    /// # Errors
    /// A text with the place in the bytes: at what it is cut short, unknown or contradicts itself.
    pub fn read(bytes: &[u8]) -> Result<Pickle, String> {
        let mut machine = Machine {
            bytes,
            at: 0,
            values: Vec::new(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
        };
        for _ in 0..MAX_OPERATIONS {
            let at = machine.at;
            match machine.step() {
                Ok(true) => {}
                Ok(false) => {
                    let root = machine.pop().map_err(|error| format!("pickle, byte {at}: {error}"))?;
                    return Ok(Pickle { values: machine.values, root, length: machine.at });
                }
                Err(error) => return Err(format!("pickle, byte {at}: {error}")),
            }
        }
        Err(format!("pickle of more than {MAX_OPERATIONS} operations"))
    }

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

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    values: Vec<Value>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
}

impl<'a> Machine<'a> {
    /// Carries out one operation; `false` after the last.
    fn step(&mut self) -> Result<bool, String> {
        match self.byte()? {
            0x80 => drop(self.take(1)?), // PROTO
            0x95 => drop(self.take(8)?), // FRAME
            b'.' => return Ok(false),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_to_mark()?),
            b'2' => {
                let top = *self.stack.last().ok_or("an empty stack")?;
                self.stack.push(top);
            }
            b'N' => self.push(Value::None),
            0x88 => self.push(Value::Bool(true)),
            0x89 => self.push(Value::Bool(false)),
            b'K' => {
                let value = i64::from(self.byte()?);
                self.push(Value::Int(value));
            }
            b'M' => {
                let value = self.number(2)? as i64;
                self.push(Value::Int(value));
            }
            b'J' => {
                let value = i64::from(self.number(4)? as u32 as i32);
                self.push(Value::Int(value));
            }
            b'I' | b'L' => self.decimal()?,
            0x8a => {
                let length = usize::from(self.byte()?);
                self.long(length)?;
            }
            0x8b => {
                let length = self.number(4)? as usize;
                self.long(length)?;
            }
            b'G' => {
                let bits = self.number(8)?.swap_bytes(); // the one big-endian number of the language
                self.push(Value::Float(f64::from_bits(bits)));
            }
            b'F' => {
                let value = self.line()?.trim().parse().map_err(|_| "no float")?;
                self.push(Value::Float(value));
            }
            b'X' => self.text(4)?,
            0x8c => self.text(1)?,
            0x8d => self.text(8)?,
            b'V' => {
                let text = self.line()?.to_owned();
                self.push(Value::Text(text));
            }
            b'S' => {
                let text = self.line()?.trim_matches(['\'', '"']).to_owned();
                self.push(Value::Text(text));
            }
            b'T' | b'B' => self.raw(4)?,
            b'U' | b'C' => self.raw(1)?,
            0x8e => self.raw(8)?,
            b')' => self.push(Value::Tuple(Vec::new())),
            b't' => {
                let items = self.pop_to_mark()?;
                self.push(Value::Tuple(items));
            }
            count @ 0x85..=0x87 => {
                let keep = self.stack.len().checked_sub(usize::from(count - 0x84)).ok_or("an empty stack")?;
                let items = self.stack.split_off(keep);
                self.push(Value::Tuple(items));
            }
            b']' => self.push(Value::List(Vec::new())),
            b'l' => {
                let items = self.pop_to_mark()?;
                self.push(Value::List(items));
            }
            b'a' => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            b'e' => {
                let items = self.pop_to_mark()?;
                self.append(items)?;
            }
            b'}' => self.push(Value::Dict(Vec::new())),
            b'd' => {
                let items = self.pop_to_mark()?;
                self.push(Value::Dict(pairs(&items)?));
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set(vec![(key, value)])?;
            }
            b'u' => {
                let items = self.pop_to_mark()?;
                self.set(pairs(&items)?)?;
            }
            b'c' => {
                let module = self.line()?.to_owned();
                let name = self.line()?.to_owned();
                self.push(Value::Global(module, name));
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                match (&self.values[module], &self.values[name]) {
                    (Value::Text(module), Value::Text(name)) => {
                        let global = Value::Global(module.clone(), name.clone());
                        self.push(global);
                    }
                    _ => return Err("a global without a name".to_owned()),
                }
            }
            b'R' | 0x81 => {
                let (arguments, callable) = (self.pop()?, self.pop()?);
                self.push(Value::Call { callable, arguments, items: Vec::new(), state: None });
            }
            b'b' => {
                let state = self.pop()?;
                if let Value::Call { state: slot, .. } = self.top()? {
                    *slot = Some(state);
                }
            }
            b'Q' => {
                let key = self.pop()?;
                self.push(Value::Persistent(key));
            }
            b'q' => {
                let key = u64::from(self.byte()?);
                self.put(key)?;
            }
            b'r' => {
                let key = self.number(4)?;
                self.put(key)?;
            }
            0x94 => self.put(self.memo.len() as u64)?,
            b'p' => {
                let key = self.line()?.parse().map_err(|_| "no memo key")?;
                self.put(key)?;
            }
            b'h' => {
                let key = u64::from(self.byte()?);
                self.recall(key)?;
            }
            b'j' => {
                let key = self.number(4)?;
                self.recall(key)?;
            }
            b'g' => {
                let key = self.line()?.parse().map_err(|_| "no memo key")?;
                self.recall(key)?;
            }
            other => return Err(format!("operation {other:#04x} is unknown")),
        }
        Ok(true)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let rest = &self.bytes[self.at..];
        let part =
            rest.get(..length).ok_or_else(|| format!("{length} bytes expected, got {}", rest.len()))?;
        self.at += length;
        Ok(part)
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    /// An unsigned little-endian number of up to eight bytes.
    fn number(&mut self, length: usize) -> Result<u64, String> {
        Ok(self.take(length)?.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    fn line(&mut self) -> Result<&'a str, String> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().take(4096).position(|byte| *byte == b'\n').ok_or("a line without end")?;
        self.at += end + 1;
        let line = std::str::from_utf8(&rest[..end]).map_err(|_| "a line that is no text")?;
        Ok(line.trim_end_matches('\r'))
    }

    fn text(&mut self, length: usize) -> Result<(), String> {
        let length = self.number(length)? as usize;
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| "a text that is not UTF-8")?;
        let text = text.to_owned();
        self.push(Value::Text(text));
        Ok(())
    }

    fn raw(&mut self, length: usize) -> Result<(), String> {
        let length = self.number(length)? as usize;
        let bytes = self.take(length)?.to_vec();
        self.push(Value::Bytes(bytes));
        Ok(())
    }

    /// A signed little-endian number of any length.
    fn long(&mut self, length: usize) -> Result<(), String> {
        let bytes = self.take(length)?;
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let value = if bytes.len() <= 8 {
            let fill = if negative { 0xff } else { 0 };
            let mut wide = [fill; 8];
            wide[..bytes.len()].copy_from_slice(bytes);
            Value::Int(i64::from_le_bytes(wide))
        } else {
            Value::Long(bytes.to_vec())
        };
        self.push(value);
        Ok(())
    }

    fn decimal(&mut self) -> Result<(), String> {
        let value = match self.line()? {
            "00" => Value::Bool(false),
            "01" => Value::Bool(true),
            text => Value::Int(text.trim_end_matches('L').parse().map_err(|_| "no integer")?),
        };
        self.push(value);
        Ok(())
    }

    fn push(&mut self, value: Value) {
        self.values.push(value);
        self.stack.push(self.values.len() - 1);
    }

    fn pop(&mut self) -> Result<Id, String> {
        if self.marks.last().is_some_and(|mark| *mark >= self.stack.len()) {
            return Err("a mark where a value was expected".to_owned());
        }
        self.stack.pop().ok_or_else(|| "an empty stack".to_owned())
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Id>, String> {
        let mark = self.marks.pop().ok_or("no mark")?;
        if mark > self.stack.len() {
            return Err("a mark beyond the stack".to_owned());
        }
        Ok(self.stack.split_off(mark))
    }

    fn top(&mut self) -> Result<&mut Value, String> {
        let top = *self.stack.last().ok_or("an empty stack")?;
        Ok(&mut self.values[top])
    }

    fn append(&mut self, new: Vec<Id>) -> Result<(), String> {
        match self.top()? {
            Value::List(items) => items.extend(new),
            Value::Call { .. } => {} // a class of list; none is looked into
            other => return Err(format!("a list expected, got {}", kind(other))),
        }
        Ok(())
    }

    fn set(&mut self, new: Vec<(Id, Id)>) -> Result<(), String> {
        match self.top()? {
            Value::Dict(items) | Value::Call { items, .. } => items.extend(new),
            other => return Err(format!("a dict expected, got {}", kind(other))),
        }
        Ok(())
    }

    fn put(&mut self, key: u64) -> Result<(), String> {
        let top = *self.stack.last().ok_or("an empty stack")?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn recall(&mut self, key: u64) -> Result<(), String> {
        let id = *self.memo.get(&key).ok_or_else(|| format!("nothing remembered as {key}"))?;
        self.stack.push(id);
        Ok(())
    }
}

fn pairs(items: &[Id]) -> Result<Vec<(Id, Id)>, String> {
    let (pairs, rest) = items.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("a key without a value".to_owned());
    }
    Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::None => "None",
        Value::Bool(_) => "a bool",
        Value::Int(_) | Value::Long(_) => "an integer",
        Value::Float(_) => "a float",
        Value::Text(_) | Value::Bytes(_) => "a text",
        Value::Global(..) => "a class",
        Value::Tuple(_) => "a tuple",
        Value::List(_) => "a list",
        Value::Dict(_) => "a dict",
        Value::Persistent(_) => "a storage",
        Value::Call { .. } => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_python_writes() {
        // pickle.dumps(collections.OrderedDict(a=(1, -2, 70000)), protocol=2)
        let bytes = b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01X\x01\x00\x00\x00aq\x02K\x01J\xfe\xff\xff\xffJp\x11\x01\x00\x87q\x03s.rest";
        let pickle = Pickle::read(bytes).unwrap();
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
            let error = Pickle::read(bytes).map(|p| p.values).unwrap_err();
            assert!(error.contains(expected), "{bytes:?}: {error}");
        }
        // A tuple within a tuple within ..., a million deep, and a tuple doubled forty times over.
        let deep: Vec<u8> = [vec![b')'], vec![0x85; 1_000_000], vec![b'.']].concat();
        assert_eq!(Pickle::read(&deep).unwrap().values.len(), 1_000_001);
        let doubled: Vec<u8> = [vec![b')'], [b'2', 0x86].repeat(40), vec![b'.']].concat();
        assert_eq!(Pickle::read(&doubled).unwrap().values.len(), 41);
        assert!(Pickle::read(&vec![b'N'; MAX_OPERATIONS + 1]).unwrap_err().contains("operations"));
    }
}
