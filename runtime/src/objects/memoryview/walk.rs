//! Walking views of any number of dimensions: contiguity, and copies in C or Fortran order. Nothing here runs Python code.

use super::{dimensions, format_of};
use crate::error::PyResult;
use crate::objects::PyBytes;
use crate::protocol::buffer::Py_buffer;
use crate::py::Py;
use crate::reference::Ref;
use crate::{bail, raise};

/// Whether the items stand one after the other in C order, or in Fortran order (`PyBuffer_IsContiguous`).
pub(super) fn is_contiguous(view: &Py_buffer, fortran: bool) -> bool {
    let d = dimensions(view);
    if !d.suboffsets.is_empty() {
        return false;
    }
    if view.len == 0 || d.strides.is_empty() {
        // Without strides the order is C's, which with one dimension is also Fortran's.
        return view.len == 0 || !fortran || view.ndim <= 1;
    }
    let mut expected = view.itemsize;
    let mut fits = |(&n, &stride): (&isize, &isize)| {
        let ok = n <= 1 || stride == expected;
        expected = expected.wrapping_mul(n);
        ok
    };
    let pairs = d.shape.iter().zip(d.strides);
    if fortran { pairs.into_iter().all(&mut fits) } else { pairs.rev().all(&mut fits) }
}

/// The address of an item's neighbour: `stride` further on, by way of a pointer where there is a suboffset.
///
/// # Safety
/// `p` is an address inside the view and the step stays in it.
#[inline(always)]
pub(super) unsafe fn step(p: *mut u8, offset: isize, suboffset: Option<isize>) -> *mut u8 {
    let p = p.wrapping_offset(offset);
    match suboffset {
        // SAFETY: by contract a pointer stands there.
        Some(by) if by >= 0 => unsafe { p.cast::<*mut u8>().read_unaligned().wrapping_offset(by) },
        _ => p,
    }
}

/// Calls `see` with the address of each item, in C order (last index fastest) or Fortran order (first index fastest). Stops when `see`
/// says false.
///
/// # Safety
/// The view is complete and held.
pub(super) unsafe fn each_item(view: &Py_buffer, fortran: bool, mut see: impl FnMut(*mut u8) -> bool) {
    let d = dimensions(view);
    if d.shape.contains(&0) {
        return;
    }
    let n = d.shape.len();
    let order: Vec<usize> = if fortran { (0..n).collect() } else { (0..n).rev().collect() };
    let mut index = vec![0isize; n];
    loop {
        let mut p: *mut u8 = view.buf.cast();
        for (i, &at) in index.iter().enumerate() {
            let stride = d.strides.get(i).copied().unwrap_or(view.itemsize);
            // SAFETY: each index is below its dimension's length.
            p = unsafe { step(p, at.wrapping_mul(stride), d.suboffsets.get(i).copied()) };
        }
        if !see(p) {
            return;
        }
        // Count up, fastest index first.
        let mut carried = true;
        for &i in &order {
            if let (Some(at), Some(&len)) = (index.get_mut(i), d.shape.get(i)) {
                *at += 1;
                if *at < len {
                    carried = false;
                    break;
                }
                *at = 0;
            }
        }
        if carried {
            return;
        }
    }
}

/// The bytes of a view that stand in memory in the order asked for: `C`, `F`, or `A` (Fortran order for what is Fortran-contiguous only,
/// else C).
fn standing(view: &Py_buffer, order: u8) -> Option<&[u8]> {
    if view.len <= 0 {
        return Some(&[]);
    }
    // SAFETY: the view is held: a contiguous one has `len` bytes at `buf`.
    is_contiguous(view, is_fortran(view, order))
        .then(|| unsafe { core::slice::from_raw_parts(view.buf.cast(), view.len as usize) })
}

fn is_fortran(view: &Py_buffer, order: u8) -> bool {
    match order {
        b'F' => true,
        b'A' => !is_contiguous(view, false) && is_contiguous(view, true),
        _ => false,
    }
}

/// The bytes of all items in the order asked for: see [`standing`].
pub(crate) fn to_contiguous(py: Py<'_>, view: &Py_buffer, order: u8) -> PyResult<Vec<u8>> {
    let mut out: Vec<u8> = Vec::new();
    if out.try_reserve_exact(view.len.max(0) as usize).is_err() {
        return Err(py.no_memory());
    }
    if let Some(bytes) = standing(view, order) {
        out.extend_from_slice(bytes);
        return Ok(out);
    }
    let itemsize = view.itemsize.max(0) as usize;
    // SAFETY: the view is held: each item has `itemsize` bytes.
    unsafe {
        each_item(view, is_fortran(view, order), |p| {
            out.extend_from_slice(core::slice::from_raw_parts(p, itemsize));
            true
        });
    }
    Ok(out)
}

/// The same as a bytes object, copied once where the items stand in order.
pub(crate) fn to_bytes(py: Py<'_>, view: &Py_buffer, order: u8) -> PyResult<Ref<PyBytes>> {
    match standing(view, order) {
        Some(bytes) => PyBytes::new(py, bytes),
        None => PyBytes::new(py, &to_contiguous(py, view, order)?),
    }
}

/// Copies the items of `source` to `target`, both of one dimension; they may overlap. `ValueError` unless format, item size and length
/// are the same.
pub(super) fn copy_one_dimension(py: Py<'_>, target: &Py_buffer, source: &Py_buffer) -> PyResult<()> {
    let plain = |view: &Py_buffer| -> Vec<u8> {
        let format = format_of(view);
        format.strip_prefix(b"@").unwrap_or(format).to_vec()
    };
    let length =
        |view: &Py_buffer| dimensions(view).shape.first().copied().unwrap_or(view.len / view.itemsize.max(1));
    let same = target.ndim == source.ndim
        && plain(target) == plain(source)
        && target.itemsize == source.itemsize
        && length(target) == length(source);
    if !same {
        bail!(py, ValueError, "memoryview assignment: lvalue and rvalue have different structures");
    }
    let bytes = to_contiguous(py, source, b'C')?;
    let mut items = bytes.chunks_exact(target.itemsize.max(1) as usize);
    // SAFETY: the target is held and writable; each item has `itemsize` bytes.
    unsafe {
        each_item(target, false, |p| match items.next() {
            Some(item) => {
                core::ptr::copy_nonoverlapping(item.as_ptr(), p, item.len());
                true
            }
            None => false,
        });
    }
    Ok(())
}

/// The address of item `index` of dimension `dimension` (counted from 0), negative ones from the end.
///
/// # Safety
/// `p` is the address reached by the dimensions before.
pub(super) unsafe fn lookup(
    py: Py<'_>,
    view: &Py_buffer,
    p: *mut u8,
    dimension: usize,
    index: isize,
) -> PyResult<*mut u8> {
    let d = dimensions(view);
    let len = d.shape.get(dimension).copied().unwrap_or(0);
    let at = if index < 0 { index + len } else { index };
    if at < 0 || at >= len {
        return Err(raise!(py, IndexError, "index out of bounds on dimension {}", dimension + 1));
    }
    let stride = d.strides.get(dimension).copied().unwrap_or(view.itemsize);
    // SAFETY: the index is in range.
    Ok(unsafe { step(p, at.wrapping_mul(stride), d.suboffsets.get(dimension).copied()) })
}
