//! `list.sort`: a stable merge sort over natural runs, with short cuts when all keys are of one plain type. The list is empty while it
//! is sorted, so that code run by comparisons cannot harm it.

use super::PyList;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyBool, PyFloat, PyInt, PyStr, PyTuple};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// What is sorted: the key that compares, and the value when it is another object. The counts of both belong to the [`Items`] that
/// it came from: sorting only moves it about.
#[derive(Clone, Copy)]
struct Item {
    key: *mut PyObject,
    value: *mut PyObject,
}

impl Item {
    fn key(&self) -> &PyObject {
        // SAFETY: the references that belong to `Items` live as long as any copy of an item.
        unsafe { &*self.key }
    }
}

/// All items, with their references.
struct Items(Vec<Item>);

impl Items {
    fn push(&mut self, key: Ref<PyObject>, value: Option<Ref<PyObject>>) {
        self.0.push(Item { key: key.into_raw(), value: value.map_or(core::ptr::null_mut(), Ref::into_raw) });
    }

    /// The values in order; the keys are released.
    fn into_values(self) -> Vec<Ref<PyObject>> {
        let mut values = Vec::with_capacity(self.0.len());
        for item in self.0 {
            // SAFETY: each reference is taken over once.
            unsafe {
                let key = Ref::from_owned(item.key);
                values.push(if item.value.is_null() { key } else { Ref::from_owned(item.value) });
            }
        }
        values
    }
}

/// Runs shorter than this are extended by insertion.
const MIN_RUN: usize = 32;

/// `list.sort(key=…, reverse=…)`.
pub fn sort(py: Py<'_>, list: &PyList, key: Option<&PyObject>, reverse: bool) -> PyResult<()> {
    // The items move out; the list stands empty meanwhile.
    let saved = list.allocated.get();
    let values = list.take_all();
    // A capacity that no change of the list leaves as it is.
    list.allocated.set(-1);
    let (mut items, mut result) = make_keys(py, values, key);
    if result.is_ok() {
        // Reversing before and after keeps equal elements in order.
        if reverse {
            items.0.reverse();
        }
        result = sort_items(py, &mut items.0);
        if reverse {
            items.0.reverse();
        }
    }
    let modified = list.allocated.get() != -1;
    if !modified {
        list.allocated.set(0);
    }
    if result.is_ok() && modified {
        result = Err(raise!(py, ValueError, "list modified during sort"));
    }
    let restored = py.preserving_error(|| {
        let values = items.into_values();
        if list.ob_item.get().is_null() {
            // A list that is being sorted further out stays marked.
            if !modified && saved == -1 {
                list.allocated.set(-1);
            }
            return list.adopt(py, values, saved.max(0) as usize);
        }
        let n = list.len();
        list.splice(py, 0, n, values)
    });
    result.and(restored)
}

/// Pairs values with their keys; after an error the rest of the values stand as keys.
fn make_keys(py: Py<'_>, values: Vec<Ref<PyObject>>, key: Option<&PyObject>) -> (Items, PyResult<()>) {
    let mut items = Items(Vec::with_capacity(values.len()));
    let mut result = Ok(());
    for value in values {
        match key {
            Some(function) if result.is_ok() => match function.call(py, &[&value]) {
                Ok(key) => items.push(key, Some(value)),
                Err(raised) => {
                    result = Err(raised);
                    items.push(value, None);
                }
            },
            _ => items.push(value, None),
        }
    }
    (items, result)
}

/// Whether all of these objects are of exactly type `T`.
fn all_exactly<'a, T: PyClass>(mut objects: impl Iterator<Item = &'a PyObject>) -> bool {
    objects.all(T::check_exact)
}

/// Chooses the comparison by the keys' types, then sorts.
fn sort_items(py: Py<'_>, items: &mut [Item]) -> PyResult<()> {
    let Some(first) = items.first() else { return Ok(()) };
    let keys = || items.iter().map(Item::key);
    if PyInt::check_exact(first.key()) && keys().all(|k| k.downcast_exact().is_some_and(PyInt::is_compact)) {
        return merge_sort(items, &mut |a, b| Ok(int_less(a, b)));
    }
    if PyStr::check_exact(first.key()) && all_exactly::<PyStr>(keys()) {
        return merge_sort(items, &mut |a, b| Ok(str_less(a, b)));
    }
    if PyFloat::check_exact(first.key()) && all_exactly::<PyFloat>(keys()) {
        return merge_sort(items, &mut |a, b| Ok(float_less(a, b)));
    }
    if PyTuple::check_exact(first.key()) && all_exactly::<PyTuple>(keys()) {
        return sort_tuples(py, items);
    }
    merge_sort(items, &mut |a, b| general_less(py, a, b))
}

/// Tuples whose first items are of one plain type are told apart by those, as far as they differ.
fn sort_tuples(py: Py<'_>, items: &mut [Item]) -> PyResult<()> {
    fn head(tuple: &PyObject) -> Option<&PyObject> {
        tuple.downcast_exact::<PyTuple>()?.get(0)
    }
    let of_heads = |check: fn(&PyObject) -> bool| items.iter().all(|i| head(i.key()).is_some_and(check));
    let less: fn(&PyObject, &PyObject) -> bool =
        if of_heads(|head| head.downcast_exact().is_some_and(PyInt::is_compact)) {
            int_less
        } else if of_heads(PyStr::check_exact) {
            str_less
        } else if of_heads(PyFloat::check_exact) {
            float_less
        } else {
            return merge_sort(items, &mut |a, b| general_less(py, a, b));
        };
    merge_sort(items, &mut |a, b| match (head(a), head(b)) {
        (Some(x), Some(y)) if !x.is(y) && less(x, y) => Ok(true),
        (Some(x), Some(y)) if !x.is(y) && less(y, x) => Ok(false),
        _ => general_less(py, a, b),
    })
}

fn general_less(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<bool> {
    let result = a.rich_compare(py, b, CompareOp::Lt)?;
    if PyBool::check_exact(&result) {
        return Ok(result.is(PyBool::get(true)));
    }
    result.is_true(py)
}

/// Of compact ints.
#[inline(always)]
fn int_less(a: &PyObject, b: &PyObject) -> bool {
    // SAFETY: chosen for exact ints only.
    let (a, b): (&PyInt, &PyInt) = unsafe { (a.cast_unchecked(), b.cast_unchecked()) };
    a.compact_value() < b.compact_value()
}

#[inline(always)]
fn float_less(a: &PyObject, b: &PyObject) -> bool {
    // SAFETY: chosen for exact floats only.
    let (a, b): (&PyFloat, &PyFloat) = unsafe { (a.cast_unchecked(), b.cast_unchecked()) };
    a.value() < b.value()
}

#[inline(always)]
fn str_less(a: &PyObject, b: &PyObject) -> bool {
    // SAFETY: chosen for exact strings only.
    let (a, b): (&PyStr, &PyStr) = unsafe { (a.cast_unchecked(), b.cast_unchecked()) };
    a.compare(b).is_lt()
}

/// Natural merge sort: runs are found and reversed where descending, short ones filled up by binary insertion, then merged pairwise.
fn merge_sort(
    items: &mut [Item],
    less: &mut impl FnMut(&PyObject, &PyObject) -> PyResult<bool>,
) -> PyResult<()> {
    let less = &mut |a: &Item, b: &Item| less(a.key(), b.key());
    let n = items.len();
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut left = Vec::new();
    let mut start = 0;
    while start < n {
        let Some(rest) = items.get_mut(start..) else { break };
        let natural = count_run(rest, less)?;
        let mut length = natural;
        if natural < MIN_RUN {
            length = rest.len().min(MIN_RUN);
            insertion(rest.get_mut(..length).unwrap_or_default(), natural, less)?;
        }
        runs.push((start, start + length));
        start += length;
        while let [.., (a, b), (c, d)] = runs.as_slice()
            && d - c >= b - a
        {
            let (a, c, d) = (*a, *c, *d);
            merge(items.get_mut(a..d).unwrap_or_default(), c - a, &mut left, less)?;
            runs.truncate(runs.len() - 2);
            runs.push((a, d));
        }
    }
    while let [.., (a, _), (c, d)] = runs.as_slice() {
        let (a, c, d) = (*a, *c, *d);
        merge(items.get_mut(a..d).unwrap_or_default(), c - a, &mut left, less)?;
        runs.truncate(runs.len() - 2);
        runs.push((a, d));
    }
    Ok(())
}

/// Length of the run at the start; a strictly descending one is reversed.
fn count_run(items: &mut [Item], less: &mut impl FnMut(&Item, &Item) -> PyResult<bool>) -> PyResult<usize> {
    let [first, second, ..] = items else { return Ok(items.len()) };
    let descending = less(second, first)?;
    let mut end = 1;
    for pair in items.windows(2) {
        let [before, after] = pair else { break };
        if end > 1 && less(after, before)? != descending {
            break;
        }
        end += 1;
    }
    if descending && let Some(run) = items.get_mut(..end) {
        run.reverse();
    }
    Ok(end)
}

/// Sorts the items, of which the first `sorted` are so already.
fn insertion(
    items: &mut [Item],
    sorted: usize,
    less: &mut impl FnMut(&Item, &Item) -> PyResult<bool>,
) -> PyResult<()> {
    for i in sorted..items.len() {
        let Some((before, [item, ..])) = items.split_at_mut_checked(i) else { break };
        let mut failure = None;
        let at = before.partition_point(|other| {
            failure.is_none()
                && match less(item, other) {
                    Ok(is_less) => !is_less,
                    Err(raised) => {
                        failure = Some(raised);
                        false
                    }
                }
        });
        if let Some(raised) = failure {
            return Err(raised);
        }
        let item = *item;
        items.copy_within(at..i, at + 1);
        if let Some(slot) = items.get_mut(at) {
            *slot = item;
        }
    }
    Ok(())
}

/// Merges two sorted parts, the second one from `mid` on; after an error all items are still there. `left` is room for the first.
fn merge(
    items: &mut [Item],
    mid: usize,
    left: &mut Vec<Item>,
    less: &mut impl FnMut(&Item, &Item) -> PyResult<bool>,
) -> PyResult<()> {
    // Parts that are in order already stay.
    let Some((first, [right, ..])) = items.split_at_checked(mid) else { return Ok(()) };
    let Some(last) = first.last() else { return Ok(()) };
    if !less(right, last)? {
        return Ok(());
    }
    left.clear();
    left.extend_from_slice(first);
    let (mut i, mut j, mut to) = (0, mid, 0);
    let mut outcome = Ok(());
    while let (Some(a), Some(b)) = (left.get(i), items.get(j)) {
        let (take_right, a, b) = match less(b, a) {
            Ok(is_less) => (is_less, *a, *b),
            Err(raised) => {
                outcome = Err(raised);
                break;
            }
        };
        let Some(slot) = items.get_mut(to) else { break };
        *slot = if take_right { b } else { a };
        j += usize::from(take_right);
        i += usize::from(!take_right);
        to += 1;
    }
    // The rest of the left part fills the gap before the rest of the right one.
    let rest = left.get(i..).unwrap_or_default();
    if let Some(gap) = items.get_mut(to..to + rest.len()) {
        gap.copy_from_slice(rest);
    }
    outcome
}
