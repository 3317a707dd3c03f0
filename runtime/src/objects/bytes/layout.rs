//! The memory of `bytes`, the immortal short ones, constructors.

use core::cell::Cell;

use krait_macros::pyclass;

use crate::error::PyResult;
use crate::object::{PyObject, PyVarObject, Static};
use crate::objects::r#type::{PyType, flags};
use crate::obmalloc;
use crate::py::Py;
use crate::reference::{PyClass, Ref};

/// Size of an empty one with its NUL.
const HEAD: usize = core::mem::offset_of!(PyBytes, ob_sval);

/// Bytes from which on a block is cut instead of copied: smaller ones go into a pool of their size.
const MANY: usize = 512;

/// `PyBytesObject`: one byte more than the size, a NUL.
#[pyclass(
    name = "bytes",
    basetype,
    match_self,
    flags = flags::BYTES_SUBCLASS,
    itemsize = 1,
    basicsize = HEAD as isize + 1,
    manual,
    no_alloc
)]
#[repr(C)]
pub struct PyBytes {
    pub(crate) ob_base: PyVarObject,
    pub(crate) ob_shash: Cell<isize>,
    pub(crate) ob_sval: [u8; 2],
}

const fn short(len: isize, byte: u8) -> PyBytes {
    PyBytes {
        ob_base: PyVarObject::immortal(core::ptr::null(), len),
        ob_shash: Cell::new(-1),
        ob_sval: [byte, 0],
    }
}
static EMPTY: Static<PyBytes> = Static(short(0, 0));
#[allow(clippy::indexing_slicing)]
static CHARACTERS: Static<[PyBytes; 256]> = Static({
    let mut table = [const { short(1, 0) }; 256];
    let mut i = 0;
    while i < 256 {
        table[i].ob_sval[0] = i as u8;
        i += 1;
    }
    table
});

impl PyBytes {
    /// Gives the static objects their type; called once at start-up.
    pub fn init() {
        let ty: *const PyType = PyBytes::type_object();
        EMPTY.set_type_ptr(ty);
        for b in &CHARACTERS.0 {
            b.set_type_ptr(ty);
        }
    }

    /// `b""`.
    #[inline]
    pub fn empty() -> Ref<PyBytes> {
        EMPTY.new_ref()
    }

    /// The immortal object of one byte.
    #[inline]
    pub fn one(byte: u8) -> Ref<PyBytes> {
        CHARACTERS.get(usize::from(byte)).unwrap_or(&EMPTY.0).new_ref()
    }

    /// Memory for `len` bytes; the NUL stands, the bytes do not.
    ///
    /// # Safety
    /// The caller writes all bytes before anybody sees the object.
    pub unsafe fn alloc(py: Py<'_>, len: usize) -> PyResult<Ref<PyBytes>> {
        if len > isize::MAX as usize - HEAD - 1 {
            return Err(crate::raise!(py, OverflowError, "byte string is too large"));
        }
        let Some(block) = obmalloc::alloc(HEAD + len + 1) else { return Err(py.no_memory()) };
        // SAFETY: the block has room for the head, the bytes and a NUL.
        unsafe {
            PyObject::init(block.cast(), PyBytes::type_object());
            let b = block.cast::<PyBytes>();
            (&raw mut (*b).ob_base.ob_size).write(Cell::new(len as isize));
            (&raw mut (*b).ob_shash).write(Cell::new(-1));
            block.add(HEAD + len).write(0);
            Ok(Ref::from_owned(b))
        }
    }

    /// Where the bytes stand: to fill in what [`PyBytes::alloc`] gave.
    #[inline(always)]
    pub fn data_ptr(&self) -> *mut u8 {
        // SAFETY: within the object.
        unsafe { core::ptr::from_ref(self).cast_mut().cast::<u8>().add(HEAD) }
    }

    /// A bytes object with this content.
    #[inline]
    pub fn new(py: Py<'_>, content: &[u8]) -> PyResult<Ref<PyBytes>> {
        match content {
            [] => Ok(PyBytes::empty()),
            [b] => Ok(PyBytes::one(*b)),
            // SAFETY: all bytes are written.
            _ => unsafe {
                let made = PyBytes::alloc(py, content.len())?;
                core::ptr::copy_nonoverlapping(content.as_ptr(), made.data_ptr(), content.len());
                Ok(made)
            },
        }
    }

    /// A bytes object of at most `most` bytes that `fill` writes; it tells how many. The memory starts zeroed.
    pub fn build(
        py: Py<'_>,
        most: usize,
        fill: impl FnOnce(&mut [u8]) -> PyResult<usize>,
    ) -> PyResult<Ref<PyBytes>> {
        if most == 0 {
            let n = fill(&mut [])?;
            debug_assert!(n == 0);
            return Ok(PyBytes::empty());
        }
        // SAFETY: nobody else has seen the object; all bytes are zeroed before the slice exists. A shorter result keeps the
        // block and gets its NUL.
        unsafe {
            let made = PyBytes::alloc(py, most)?;
            made.data_ptr().write_bytes(0, most);
            let n = fill(core::slice::from_raw_parts_mut(made.data_ptr(), most))?.min(most);
            if n <= 1 || n < most / 2 && most > 256 {
                return PyBytes::new(py, made.as_bytes().get(..n).unwrap_or_default());
            }
            made.ob_base.ob_size.set(n as isize);
            made.data_ptr().add(n).write(0);
            Ok(made)
        }
    }

    /// A bytes object of what `fill` writes into `len` bytes of memory; it says how many it has written. Nobody else sees the memory
    /// meanwhile, so `fill` may release the GIL.
    pub fn filled(
        py: Py<'_>,
        len: usize,
        fill: impl FnOnce(crate::system::Target<'_>) -> PyResult<usize>,
    ) -> PyResult<Ref<PyBytes>> {
        // SAFETY: the bytes are not seen as such before `fill` has written them: what it has not written is cut off.
        unsafe {
            let made = PyBytes::alloc(py, len)?;
            let written = fill(crate::system::Target::from_raw(made.data_ptr(), len))?.min(len);
            if written == len && len > 1 {
                return Ok(made);
            }
            if written >= MANY {
                return PyBytes::cut(py, made, written);
            }
            PyBytes::new(py, core::slice::from_raw_parts(made.data_ptr(), written))
        }
    }

    /// Gives back the memory behind the first `len` bytes, which stay where they are if the allocator can do it.
    ///
    /// # Safety
    /// Nobody else has seen the object; the first `len` bytes are written.
    unsafe fn cut(py: Py<'_>, made: Ref<PyBytes>, len: usize) -> PyResult<Ref<PyBytes>> {
        // SAFETY: by contract the block may move; it has room for the head, the bytes and a NUL.
        unsafe {
            let block = made.into_raw();
            let Some(kept) = obmalloc::realloc(block.cast(), HEAD + len + 1) else {
                drop(Ref::from_owned(block));
                return Err(py.no_memory());
            };
            let bytes = kept.cast::<PyBytes>();
            (*bytes).ob_base.ob_size.set(len as isize);
            kept.add(HEAD + len).write(0);
            Ok(Ref::from_owned(bytes))
        }
    }

    /// The content; bytes never change.
    #[inline(always)]
    pub fn as_bytes(&self) -> &[u8] {
        // SAFETY: allocated with that many bytes.
        unsafe { core::slice::from_raw_parts(self.data_ptr(), self.ob_base.size()) }
    }

    /// Number of bytes.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.ob_base.size()
    }

    /// No byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The hash, cached.
    #[inline]
    pub fn hash_value(&self) -> isize {
        let mut h = self.ob_shash.get();
        if h == -1 {
            h = crate::objects::str::hash_bytes(self.as_bytes());
            self.ob_shash.set(h);
        }
        h
    }

    /// This object itself, or when it is an instance of a subclass a plain copy.
    pub fn to_exact(&self, py: Py<'_>) -> PyResult<Ref<PyBytes>> {
        if PyBytes::check_exact(self) { Ok(self.new_ref()) } else { PyBytes::new(py, self.as_bytes()) }
    }

    /// An instance of a subclass with this content.
    pub(crate) fn new_of_subclass(py: Py<'_>, cls: &PyType, content: &[u8]) -> PyResult<Ref<PyBytes>> {
        let op = match cls.tp_alloc.get() {
            // SAFETY: slot call with a live type.
            Some(alloc) => unsafe {
                crate::error::owned_or_raised(py, alloc(cls, content.len() as isize))?.into_raw()
            },
            None => crate::memory::alloc_object(py, cls, content.len())?,
        };
        // SAFETY: a fresh, zeroed instance with room for so many bytes and a NUL.
        unsafe {
            let made = Ref::from_owned(op.cast::<PyBytes>());
            made.ob_shash.set(-1);
            core::ptr::copy_nonoverlapping(content.as_ptr(), made.data_ptr(), content.len());
            Ok(made)
        }
    }
}
