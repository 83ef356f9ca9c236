//! Runs a pickle on a stack with marks and a memo, all of them indices into one list of values.

use std::collections::HashMap;

use crate::weights::pytorch::pickle::{Id, Pickle, Value};

/// Operations that are carried out; a state dict of the largest NASNet-A takes some 60,000.
pub(super) const MAX_OPERATIONS: usize = 4_000_000;

/// Reads one pickle from the start of `bytes`.
///
/// # Errors
/// A text that says at which byte the pickle is cut short, unknown or contradicts itself.
pub(super) fn unpickle(bytes: &[u8]) -> Result<Pickle, String> {
    let (values, stack, marks, memo) = (Vec::new(), Vec::new(), Vec::new(), HashMap::new());
    let mut machine = Machine { bytes, at: 0, values, stack, marks, memo };
    for _ in 0..MAX_OPERATIONS {
        let at = machine.at;
        let place = |error: String| format!("pickle, byte {at}: {error}");
        if !machine.step().map_err(place)? {
            let root = machine.pop().map_err(place)?;
            return Ok(Pickle { values: machine.values, root, length: machine.at });
        }
    }
    Err(format!("pickle of more than {MAX_OPERATIONS} operations"))
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
