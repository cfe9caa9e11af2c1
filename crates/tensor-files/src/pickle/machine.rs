//! The stack machine.

use std::collections::HashMap;
use std::path::Path;

use super::globals::{Global, allowed};
use super::{Storage, Tensor, Value};
use crate::budget::Budget;
use crate::{Dtype, Format, TensorFileError};

/// What a pickle holds once it was read.
#[derive(Debug, Default)]
pub(crate) struct Pickle {
    pub(crate) lists: Vec<Vec<Value>>,
    pub(crate) dicts: Vec<Vec<(Value, Value)>>,
    pub(crate) storages: Vec<Storage>,
    pub(crate) tensors: Vec<Tensor>,
    /// What it is the pickle of.
    pub(crate) root: Option<Value>,
    /// How many bytes it took.
    pub(crate) length: usize,
}

/// Reads the pickle at the start of `bytes`.
pub(crate) fn run(file: &Path, bytes: &[u8], budget: &mut Budget) -> Result<Pickle, TensorFileError> {
    let mut machine =
        Machine { file, bytes, at: 0, stack: Vec::new(), marks: Vec::new(), memo: HashMap::new(), budget };
    let mut pickle = Pickle::default();
    while machine.step(&mut pickle)? {}
    pickle.length = machine.at;
    Ok(pickle)
}

struct Machine<'a> {
    file: &'a Path,
    bytes: &'a [u8],
    at: usize,
    stack: Vec<Value>,
    /// Where in the stack the open brackets are.
    marks: Vec<usize>,
    memo: HashMap<u32, Value>,
    budget: &'a mut Budget,
}

type Step<T> = Result<T, TensorFileError>;

/// A list that grows holds its old and its new place for a moment.
const GROWING: usize = 3;

impl Machine<'_> {
    fn damaged(&self, reason: impl std::fmt::Display) -> TensorFileError {
        TensorFileError::header(
            self.file,
            Format::Torch,
            format!("its pickle is damaged at byte {}: {reason}", self.at),
        )
    }

    fn refused(&self, what: impl Into<String>) -> TensorFileError {
        TensorFileError::Unsafe { file: self.file.to_owned(), what: what.into() }
    }

    fn take<const N: usize>(&mut self) -> Step<[u8; N]> {
        let chunk = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<N>());
        let chunk = *chunk.ok_or_else(|| self.damaged("it ends too early"))?;
        self.at += N;
        Ok(chunk)
    }

    /// The next `length` bytes as a text.
    fn text(&mut self, length: usize) -> Step<Value> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| self.damaged("a text in it is longer than the rest"))?;
        if std::str::from_utf8(&self.bytes[self.at..end]).is_err() {
            return Err(self.damaged("a text in it is not UTF-8"));
        }
        // Longer pickles than 4 GiB are refused before they are read.
        let value = Value::Text(self.at as u32, end as u32);
        self.at = end;
        Ok(value)
    }

    fn line(&mut self) -> Step<&str> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or_else(|| self.damaged("it ends too early"))?;
        self.at += length + 1;
        std::str::from_utf8(&rest[..length]).map_err(|_| self.damaged("a name in it is not UTF-8"))
    }

    fn push(&mut self, value: Value) -> Step<()> {
        self.budget.take(GROWING * size_of::<Value>())?;
        self.stack.push(value);
        Ok(())
    }

    /// The topmost value above the innermost bracket.
    fn pop(&mut self) -> Step<Value> {
        let floor = self.marks.last().copied().unwrap_or_default();
        if self.stack.len() <= floor {
            return Err(self.damaged("it takes a value where there is none"));
        }
        self.stack.pop().ok_or_else(|| self.damaged("it takes a value where there is none"))
    }

    /// Everything above the innermost bracket, which is closed.
    fn pop_mark(&mut self) -> Step<Vec<Value>> {
        let mark = self.marks.pop().ok_or_else(|| self.damaged("it closes a bracket that is not open"))?;
        Ok(self.stack.split_off(mark))
    }

    fn top(&self) -> Step<Value> {
        self.stack.last().copied().ok_or_else(|| self.damaged("it takes a value where there is none"))
    }

    fn list(&mut self, pickle: &mut Pickle, values: Vec<Value>) -> Step<Value> {
        self.budget.take(GROWING * size_of::<Vec<Value>>() + values.len() * size_of::<Value>())?;
        pickle.lists.push(values);
        Ok(Value::List((pickle.lists.len() - 1) as u32))
    }

    fn dict(&mut self, pickle: &mut Pickle) -> Step<Value> {
        self.budget.take(GROWING * size_of::<Vec<(Value, Value)>>())?;
        pickle.dicts.push(Vec::new());
        Ok(Value::Dict((pickle.dicts.len() - 1) as u32))
    }

    fn set_items(&mut self, pickle: &mut Pickle, dict: Value, items: &[Value]) -> Step<()> {
        let Value::Dict(dict) = dict else { return Err(self.damaged("it puts items into what is no dictionary")) };
        if !items.len().is_multiple_of(2) {
            return Err(self.damaged("it puts a key without a value into a dictionary"));
        }
        self.budget.take(GROWING * size_of_val(items))?;
        pickle.dicts[dict as usize].extend(items.chunks_exact(2).map(|item| (item[0], item[1])));
        Ok(())
    }

    fn append(&mut self, pickle: &mut Pickle, list: Value, values: &[Value]) -> Step<()> {
        match list {
            Value::List(list) => {
                self.budget.take(GROWING * size_of_val(values))?;
                pickle.lists[list as usize].extend_from_slice(values);
                Ok(())
            }
            _ => Err(self.damaged("it appends to what is no list")),
        }
    }

    fn put(&mut self, place: u32) -> Step<()> {
        let value = self.top()?;
        self.budget.take(GROWING * size_of::<(u32, Value)>())?;
        self.memo.insert(place, value);
        Ok(())
    }

    fn get(&mut self, place: u32) -> Step<()> {
        let value = self.memo.get(&place).copied();
        let value = value.ok_or_else(|| self.damaged("it takes up a value it has not laid down"))?;
        self.push(value)
    }

    /// One instruction; false when it was the last one.
    fn step(&mut self, pickle: &mut Pickle) -> Step<bool> {
        let [instruction] = self.take()?;
        match instruction {
            // PROTO
            0x80 => drop(self.take::<1>()?),
            b'.' => {
                pickle.root = Some(self.pop()?);
                return Ok(false);
            }
            b'(' => {
                self.budget.take(GROWING * size_of::<usize>())?;
                self.marks.push(self.stack.len());
            }
            b'N' => self.push(Value::None)?,
            // NEWTRUE, NEWFALSE
            0x88 => self.push(Value::Flag(true))?,
            0x89 => self.push(Value::Flag(false))?,
            // BININT, BININT1, BININT2, LONG1
            b'J' => {
                let number = i32::from_le_bytes(self.take()?);
                self.push(Value::Integer(number.into()))?;
            }
            b'K' => {
                let [number] = self.take()?;
                self.push(Value::Integer(number.into()))?;
            }
            b'M' => {
                let number = u16::from_le_bytes(self.take()?);
                self.push(Value::Integer(number.into()))?;
            }
            0x8a => {
                let [length] = self.take()?;
                let number = self.long(length.into())?;
                self.push(number)?;
            }
            // BINFLOAT
            b'G' => {
                self.take::<8>()?;
                self.push(Value::Other)?;
            }
            // BINUNICODE, SHORT_BINSTRING
            b'X' => {
                let length = u32::from_le_bytes(self.take()?);
                let text = self.text(length as usize)?;
                self.push(text)?;
            }
            b'U' => {
                let [length] = self.take()?;
                let text = self.text(length.into())?;
                self.push(text)?;
            }
            b'c' => {
                let module = self.line()?.to_owned();
                let name = self.line()?;
                let global = allowed(&module, name).ok_or(()).map_err(|()| format!("{module}.{name}"));
                let global = global.map_err(|what| self.refused(what))?;
                self.push(Value::Global(global))?;
            }
            // EMPTY_DICT, EMPTY_LIST, EMPTY_TUPLE, EMPTY_SET
            b'}' => {
                let dict = self.dict(pickle)?;
                self.push(dict)?;
            }
            b']' | b')' | 0x8f => {
                let list = self.list(pickle, Vec::new())?;
                self.push(list)?;
            }
            b't' => {
                let values = self.pop_mark()?;
                let list = self.list(pickle, values)?;
                self.push(list)?;
            }
            // TUPLE1, TUPLE2, TUPLE3
            0x85..=0x87 => {
                let mut values = Vec::with_capacity(3);
                for _ in 0x84..instruction {
                    values.push(self.pop()?);
                }
                values.reverse();
                let list = self.list(pickle, values)?;
                self.push(list)?;
            }
            b'a' => {
                let value = self.pop()?;
                let list = self.top()?;
                self.append(pickle, list, &[value])?;
            }
            b'e' => {
                let values = self.pop_mark()?;
                let list = self.top()?;
                self.append(pickle, list, &values)?;
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                let dict = self.top()?;
                self.set_items(pickle, dict, &[key, value])?;
            }
            b'u' => {
                let items = self.pop_mark()?;
                let dict = self.top()?;
                self.set_items(pickle, dict, &items)?;
            }
            // BINPUT, LONG_BINPUT, BINGET, LONG_BINGET
            b'q' => {
                let [place] = self.take()?;
                self.put(place.into())?;
            }
            b'r' => {
                let place = u32::from_le_bytes(self.take()?);
                self.put(place)?;
            }
            b'h' => {
                let [place] = self.take()?;
                self.get(place.into())?;
            }
            b'j' => {
                let place = u32::from_le_bytes(self.take()?);
                self.get(place)?;
            }
            // BINPERSID: the only thing torch stores apart is the bytes of tensors.
            b'Q' => {
                let id = self.pop()?;
                let storage = self.storage(pickle, id)?;
                self.push(storage)?;
            }
            // REDUCE, NEWOBJ: a call of a function with its arguments.
            b'R' | 0x81 => {
                let arguments = self.pop()?;
                let function = self.pop()?;
                let made = self.made(pickle, function, arguments)?;
                self.push(made)?;
            }
            // BUILD: attributes, of dictionaries only: torch keeps its version numbers there.
            b'b' => {
                self.pop()?;
                if !matches!(self.top()?, Value::Dict(_) | Value::Other) {
                    return Err(self.refused("attributes of what is no dictionary"));
                }
            }
            other => return Err(self.refused(format!("the instruction 0x{other:02x}"))),
        }
        Ok(true)
    }

    /// A whole number of `length` bytes; one that takes more than 64 bits nobody asks for.
    fn long(&mut self, length: usize) -> Step<Value> {
        let end = self.at + length;
        let Some(bytes) = self.bytes.get(self.at..end) else { return Err(self.damaged("it ends too early")) };
        self.at = end;
        if length > 8 {
            return Ok(Value::Other);
        }
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut full = [if negative { 0xff } else { 0 }; 8];
        full[..length].copy_from_slice(bytes);
        Ok(Value::Integer(i64::from_le_bytes(full)))
    }

    /// `("storage", type, key, device, elements)`, before torch 1.6 with a sixth part for a view of another storage.
    fn storage(&mut self, pickle: &mut Pickle, id: Value) -> Step<Value> {
        let parts = match id {
            Value::List(list) => pickle.lists[list as usize].as_slice(),
            _ => &[],
        };
        let (word, kind, key, elements) = match parts {
            [Value::Text(start, end), kind, Value::Text(key, key_end), _, Value::Integer(elements)]
            | [Value::Text(start, end), kind, Value::Text(key, key_end), _, Value::Integer(elements), Value::None] => {
                (&self.bytes[*start as usize..*end as usize], kind, (*key, *key_end), *elements)
            }
            _ => return Err(self.damaged("a storage in it is not described as one")),
        };
        let dtype = match kind {
            Value::Global(Global::Storage(dtype)) => Some(*dtype),
            Value::Global(Global::Bytes) => None,
            _ => return Err(self.damaged("a storage in it has no known type")),
        };
        let elements = usize::try_from(elements).ok().filter(|_| word == b"storage");
        let elements = elements.ok_or_else(|| self.damaged("a storage in it is not described as one"))?;
        self.budget.take(GROWING * size_of::<Storage>())?;
        pickle.storages.push(Storage { dtype, key, elements });
        Ok(Value::Storage((pickle.storages.len() - 1) as u32))
    }

    /// What calling `function` would have made.
    fn made(&mut self, pickle: &mut Pickle, function: Value, arguments: Value) -> Step<Value> {
        let (Value::Global(function), Value::List(arguments)) = (function, arguments) else {
            return Err(self.refused("a call of what is no function"));
        };
        let arguments = arguments as usize;
        match (function, pickle.lists[arguments].as_slice()) {
            (Global::Dict, []) => self.dict(pickle),
            // A dictionary of pairs, as Python 2 wrote it, or a copy of one.
            (Global::Dict, [Value::List(pairs)]) => {
                let pairs = *pairs as usize;
                self.budget.take(2 * size_of_val(pickle.lists[pairs].as_slice()))?;
                let mut items = Vec::with_capacity(2 * pickle.lists[pairs].len());
                for pair in &pickle.lists[pairs] {
                    match pair {
                        Value::List(pair) if pickle.lists[*pair as usize].len() == 2 => {
                            items.extend_from_slice(&pickle.lists[*pair as usize]);
                        }
                        _ => return Err(self.damaged("a dictionary in it is not made of pairs")),
                    }
                }
                let dict = self.dict(pickle)?;
                self.set_items(pickle, dict, &items)?;
                Ok(dict)
            }
            (Global::Dict, [dict @ Value::Dict(_)]) => Ok(*dict),
            (Global::Size, [list @ Value::List(_)]) => Ok(*list),
            (Global::Parameter, [tensor @ Value::Tensor(_), ..]) => Ok(*tensor),
            (Global::Other, _) => Ok(Value::Other),
            (
                Global::Tensor | Global::TypedTensor,
                [Value::Storage(storage), Value::Integer(offset), Value::List(shape), Value::List(strides), rest @ ..],
            ) => {
                let dtype = match (function, rest) {
                    (Global::TypedTensor, [_, _, Value::Global(Global::Dtype(dtype)), ..]) => Some(*dtype),
                    (Global::Tensor, _) => pickle.storages[*storage as usize].dtype,
                    _ => None,
                };
                let dtype = dtype.ok_or_else(|| self.damaged("a tensor in it has no type"))?;
                // Whether it is conjugated or negated, which no weight is.
                let flags = rest.get(if function == Global::Tensor { 2 } else { 3 });
                if !flags.is_none_or(|flags| is_empty(pickle, *flags)) {
                    return Err(self.refused("a tensor with flags"));
                }
                let (storage, offset, shape, strides) = (*storage, *offset, *shape, *strides);
                self.tensor(pickle, storage, offset, dtype, shape, strides)
            }
            (function, _) => Err(self.refused(format!("{function:?} of other arguments than torch writes"))),
        }
    }

    fn tensor(
        &mut self,
        pickle: &mut Pickle,
        storage: u32,
        offset: i64,
        dtype: Dtype,
        shape: u32,
        strides: u32,
    ) -> Step<Value> {
        let (shape, strides) = (&pickle.lists[shape as usize], &pickle.lists[strides as usize]);
        self.budget.take(GROWING * size_of::<Tensor>() + 2 * size_of_val(shape.as_slice()))?;
        let numbers = |values: &[Value]| -> Option<Box<[usize]>> {
            values
                .iter()
                .map(|value| if let Value::Integer(number) = value { (*number).try_into().ok() } else { None })
                .collect()
        };
        let (Some(shape), Some(strides), Ok(offset)) = (numbers(shape), numbers(strides), offset.try_into()) else {
            return Err(self.damaged("a tensor in it has lengths that are none"));
        };
        if shape.len() != strides.len() {
            return Err(self.damaged("a tensor in it has more lengths than strides"));
        }
        pickle.tensors.push(Tensor { storage, offset, dtype, shape, strides });
        Ok(Value::Tensor((pickle.tensors.len() - 1) as u32))
    }
}

fn is_empty(pickle: &Pickle, value: Value) -> bool {
    match value {
        Value::None => true,
        Value::Dict(dict) => pickle.dicts[dict as usize].is_empty(),
        _ => false,
    }
}
