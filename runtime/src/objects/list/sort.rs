//! `list.sort`: a stable merge sort over natural runs, with short cuts when all keys are of one plain type. The list is empty while it
//! is sorted, so that code run by comparisons cannot harm it.

use super::PyList;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyFloat, PyInt, PyStr};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// What is sorted: the key that compares, and the value when it is another object.
struct Item {
    key: Ref<PyObject>,
    value: Option<Ref<PyObject>>,
}

/// Runs shorter than this are extended by insertion.
const MIN_RUN: usize = 32;

/// `list.sort(key=…, reverse=…)`.
pub fn sort(py: Py<'_>, list: &PyList, key: Option<&PyObject>, reverse: bool) -> PyResult<()> {
    // The items move out; the list stands empty meanwhile.
    let values = list.to_vec();
    list.clear();
    let (mut items, failure) = match make_keys(py, values, key) {
        Ok(items) => (items, None),
        Err((items, raised)) => (items, Some(raised)),
    };
    let mut result = match failure {
        Some(raised) => Err(raised),
        None => {
            // Reversing before and after keeps equal elements in order.
            if reverse {
                items.reverse();
            }
            let sorted = sort_items(py, &mut items);
            if reverse {
                items.reverse();
            }
            sorted
        }
    };
    let modified = !list.is_empty() || list.allocated.get() != 0;
    let values = items.into_iter().map(|i| i.value.unwrap_or(i.key)).collect();
    let n = list.len();
    if result.is_ok() && modified {
        result = Err(raise!(py, ValueError, "list modified during sort"));
    }
    let restored = py.preserving_error(|| list.splice(py, 0, n, values));
    result.and(restored)
}

type KeyFailure = (Vec<Item>, crate::error::Raised);

fn make_keys(
    py: Py<'_>,
    values: Vec<Ref<PyObject>>,
    key: Option<&PyObject>,
) -> Result<Vec<Item>, KeyFailure> {
    let Some(function) = key else {
        return Ok(values.into_iter().map(|v| Item { key: v, value: None }).collect());
    };
    let mut items = Vec::with_capacity(values.len());
    let mut values = values.into_iter();
    while let Some(value) = values.next() {
        match function.call(py, &[&value]) {
            Ok(key) => items.push(Item { key, value: Some(value) }),
            Err(raised) => {
                items.push(Item { key: value, value: None });
                items.extend(values.map(|v| Item { key: v, value: None }));
                return Err((items, raised));
            }
        }
    }
    Ok(items)
}

/// Chooses the comparison by the keys' types, then sorts.
fn sort_items(py: Py<'_>, items: &mut [Item]) -> PyResult<()> {
    let Some(first) = items.first() else { return Ok(()) };
    let ty = first.key.type_ptr();
    let uniform = items.iter().all(|i| core::ptr::eq(i.key.type_ptr(), ty));
    if uniform && PyInt::check_exact(&first.key) {
        return merge_sort(items, &mut |a, b| {
            // SAFETY: all keys are exact ints.
            let (a, b): (&PyInt, &PyInt) = unsafe { (a.cast_unchecked(), b.cast_unchecked()) };
            Ok(a.compare(b).is_lt())
        });
    }
    if uniform && PyFloat::check_exact(&first.key) {
        return merge_sort(items, &mut |a, b| {
            // SAFETY: all keys are exact floats.
            let (a, b): (&PyFloat, &PyFloat) = unsafe { (a.cast_unchecked(), b.cast_unchecked()) };
            Ok(a.value() < b.value())
        });
    }
    if uniform && PyStr::check_exact(&first.key) {
        return merge_sort(items, &mut |a, b| {
            // SAFETY: all keys are exact strings.
            let (a, b): (&PyStr, &PyStr) = unsafe { (a.cast_unchecked(), b.cast_unchecked()) };
            Ok(a.compare(b).is_lt())
        });
    }
    merge_sort(items, &mut |a, b| a.rich_compare(py, b, CompareOp::Lt)?.is_true(py))
}

type Less<'a> = dyn FnMut(&PyObject, &PyObject) -> PyResult<bool> + 'a;

/// Natural merge sort: runs are found and reversed where descending, short ones filled up by binary insertion, then merged pairwise.
fn merge_sort(items: &mut [Item], less: &mut Less<'_>) -> PyResult<()> {
    let n = items.len();
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    while start < n {
        let natural = count_run(items, start, less)?;
        let mut end = start + natural;
        if natural < MIN_RUN {
            let forced = (start + MIN_RUN).min(n);
            insertion(items, start, end, forced, less)?;
            end = forced;
        }
        runs.push((start, end));
        start = end;
        while let [.., (a, b), (c, d)] = runs.as_slice()
            && d - c >= b - a
        {
            let (a, c, d) = (*a, *c, *d);
            merge(items, a, c, d, less)?;
            runs.truncate(runs.len() - 2);
            runs.push((a, d));
        }
    }
    while let [.., (a, _), (c, d)] = runs.as_slice() {
        let (a, c, d) = (*a, *c, *d);
        merge(items, a, c, d, less)?;
        runs.truncate(runs.len() - 2);
        runs.push((a, d));
    }
    Ok(())
}

fn is_less(items: &[Item], a: usize, b: usize, less: &mut Less<'_>) -> PyResult<bool> {
    match (items.get(a), items.get(b)) {
        (Some(x), Some(y)) => less(&x.key, &y.key),
        _ => Ok(false),
    }
}

/// Length of the run at `start`; a strictly descending one is reversed.
fn count_run(items: &mut [Item], start: usize, less: &mut Less<'_>) -> PyResult<usize> {
    let n = items.len();
    let mut end = start + 1;
    if end >= n {
        return Ok(n - start);
    }
    let descending = is_less(items, end, start, less)?;
    end += 1;
    while end < n && is_less(items, end, end - 1, less)? == descending {
        end += 1;
    }
    if descending && let Some(run) = items.get_mut(start..end) {
        run.reverse();
    }
    Ok(end - start)
}

/// Extends the sorted part `start..sorted` to `end`.
fn insertion(
    items: &mut [Item],
    start: usize,
    sorted: usize,
    end: usize,
    less: &mut Less<'_>,
) -> PyResult<()> {
    for i in sorted..end {
        let (mut low, mut high) = (start, i);
        while low < high {
            let mid = low + (high - low) / 2;
            if is_less(items, i, mid, less)? { high = mid } else { low = mid + 1 }
        }
        if let Some(part) = items.get_mut(low..=i) {
            part.rotate_right(1);
        }
    }
    Ok(())
}

/// Merges `a..mid` and `mid..end`; after an error all items are still there.
fn merge(items: &mut [Item], a: usize, mid: usize, end: usize, less: &mut Less<'_>) -> PyResult<()> {
    // What stands at its place already need not move.
    if !is_less(items, mid, mid - 1, less)? {
        return Ok(());
    }
    let mut order: Vec<usize> = Vec::with_capacity(end - a);
    let (mut i, mut j) = (a, mid);
    let mut outcome = Ok(());
    while i < mid && j < end {
        match is_less(items, j, i, less) {
            Ok(true) => {
                order.push(j);
                j += 1;
            }
            Ok(false) => {
                order.push(i);
                i += 1;
            }
            Err(raised) => {
                outcome = Err(raised);
                break;
            }
        }
    }
    order.extend(i..mid);
    order.extend(j..end);
    if let Some(part) = items.get_mut(a..end) {
        let mut taken: Vec<Option<Item>> = Vec::with_capacity(part.len());
        // Items move out behind placeholders that share nothing, then back in order.
        for item in part.iter_mut() {
            let placeholder = Item { key: crate::objects::PyNone::get().to_ref(), value: None };
            taken.push(Some(core::mem::replace(item, placeholder)));
        }
        for (slot, from) in part.iter_mut().zip(order) {
            if let Some(item) = taken.get_mut(from - a).and_then(Option::take) {
                *slot = item;
            }
        }
    }
    outcome
}
