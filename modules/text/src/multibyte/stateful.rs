//! Conversion piece by piece: what the incremental and the stream classes have in common.

use std::cell::RefCell;

use krait_runtime::codecs::raise_decode_error;
use krait_runtime::prelude::*;

use super::codec::{Codec, State};
use super::convert::{self, Errors};
use super::{MultibyteCodec, assigned_errors, errors_argument};

/// How many characters an encoder may hold back.
pub const MOST_CHARACTERS: usize = 2;
/// How many bytes a decoder may hold back.
pub const MOST_BYTES: usize = 8;

/// A codec with its errors, what it holds back of its last input, and its shift state.
pub struct Stateful<Unit> {
    /// The codec.
    pub codec: Codec,
    errors: RefCell<Errors>,
    /// Characters or bytes that want more before they can be converted.
    pub pending: RefCell<Vec<Unit>>,
    /// The shift state.
    pub state: Cell<State>,
}

impl<Unit: Clone> Stateful<Unit> {
    fn new(py: Py<'_>, class: &PyType, errors: Option<&PyStr>, state: fn(&Codec) -> State) -> PyResult<Self> {
        let codec = MultibyteCodec::of_class(py, class)?;
        Ok(Stateful {
            codec,
            errors: RefCell::new(errors_argument(py, errors)?),
            pending: RefCell::new(Vec::new()),
            state: Cell::new(state(&codec)),
        })
    }

    /// The attribute `errors`.
    pub fn errors(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.errors.borrow().name(py)
    }

    /// Assigns the attribute `errors`.
    pub fn set_errors(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let new = assigned_errors(py, value)?;
        // The old one's destruction may run code, which must not find the cell borrowed.
        let old = self.errors.replace(new);
        drop(old);
        Ok(())
    }

    /// Takes what one conversion left.
    fn keep(&self, rest: Vec<Unit>, state: State) {
        *self.pending.borrow_mut() = rest;
        self.state.set(state);
    }
}

impl Stateful<u32> {
    /// At the beginning, for an instance of a class that has a `codec`.
    pub fn encoder(py: Py<'_>, class: &PyType, errors: Option<&PyStr>) -> PyResult<Self> {
        Stateful::new(py, class, errors, Codec::encoder_state)
    }

    /// The bytes of what was held back and of a text (`str()` of anything else); `last` flushes and returns to the initial state.
    pub fn encode(&self, py: Py<'_>, input: &PyObject, last: bool) -> PyResult<Vec<u8>> {
        let text = match input.downcast::<PyStr>() {
            Some(text) => text.new_ref(),
            None => input.str(py)?,
        };
        let mut whole = self.pending.borrow().clone();
        let text = if whole.is_empty() {
            text
        } else {
            whole.extend(text.code_points());
            PyStr::from_code_points(py, &whole)?
        };
        let errors = self.errors.borrow().clone();
        let mut state = self.state.get();
        let (mut bytes, used) = convert::encode(py, &self.codec, &mut state, &text, &errors, last)?;
        let rest: Vec<u32> = text.code_points().skip(used).collect();
        if rest.len() > MOST_CHARACTERS {
            let reason = "pending buffer overflow";
            return Err(py.raise_unicode_encode(self.codec.name, &text, used, text.len(), reason));
        }
        if last {
            self.codec.reset_encoder(&mut state, &mut bytes);
        }
        self.keep(rest, state);
        Ok(bytes)
    }

    /// Forgets what was held back.
    pub fn reset_encoder(&self) {
        let mut state = self.state.get();
        self.codec.reset_encoder(&mut state, &mut Vec::new());
        self.keep(Vec::new(), state);
    }
}

impl Stateful<u8> {
    /// At the beginning, for an instance of a class that has a `codec`.
    pub fn decoder(py: Py<'_>, class: &PyType, errors: Option<&PyStr>) -> PyResult<Self> {
        Stateful::new(py, class, errors, Codec::decoder_state)
    }

    /// The text of what was held back and of more bytes; with `last` nothing may stay back.
    pub fn decode(&self, py: Py<'_>, input: &[u8], last: bool) -> PyResult<Vec<u32>> {
        let mut whole = self.pending.borrow().clone();
        whole.extend_from_slice(input);
        let errors = self.errors.borrow().clone();
        let mut state = self.state.get();
        let (text, used) = convert::decode(py, &self.codec, &mut state, &whole, &errors, last)?;
        let rest = whole.get(used..).unwrap_or_default();
        if rest.len() > MOST_BYTES {
            let reason = "pending buffer overflow";
            return Err(raise_decode_error(py, self.codec.name, &whole, used, whole.len(), reason));
        }
        self.keep(rest.to_vec(), state);
        Ok(text)
    }

    /// Forgets what was held back.
    pub fn reset_decoder(&self) {
        let mut state = self.state.get();
        self.codec.reset_decoder(&mut state);
        self.keep(Vec::new(), state);
    }
}
