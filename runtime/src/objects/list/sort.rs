//! `list.sort`: what is compared and how; `merge_sort.rs` does the sorting where comparisons may run Python code. The list is empty
//! while it is sorted, so that such code cannot harm it.

use core::cmp::Ordering;

use super::PyList;
use super::merge_sort::merge_sort;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::str::StrData;
use crate::objects::{PyBool, PyFloat, PyInt, PyStr, PyTuple};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// `list.sort(key=…, reverse=…)`.
pub fn sort(py: Py<'_>, list: &PyList, key: Option<&PyObject>, reverse: bool) -> PyResult<()> {
    let mut array = list.take_array();
    // A capacity that no change of the list leaves as it is.
    list.allocated.set(-1);
    let mut result = match key {
        None => sort_objects(py, array.items(), reverse),
        Some(function) => sort_by_key(py, function, array.items(), reverse),
    };
    if result.is_ok() && list.allocated.get() != -1 {
        result = Err(raise!(py, ValueError, "list modified during sort"));
    }
    // What code run by comparisons has put into the list is thrown away.
    let changed = list.take_array();
    list.put_array(array);
    py.preserving_error(|| {
        drop(changed);
        Ok(())
    })
    .and(result)
}

/// What a comparison looks at.
trait Keyed: Copy {
    fn key(&self) -> &PyObject;
}

/// An item that is its own key; a count of it belongs to somebody who outlives the sorting.
#[derive(Clone, Copy)]
struct Bare(*mut PyObject);

impl Keyed for Bare {
    fn key(&self) -> &PyObject {
        // SAFETY: see the type.
        unsafe { &*self.0 }
    }
}

/// An item with its key, likewise.
#[derive(Clone, Copy)]
struct WithKey {
    key: Bare,
    value: *mut PyObject,
}

impl Keyed for WithKey {
    fn key(&self) -> &PyObject {
        // SAFETY: as for `Bare`.
        unsafe { &*self.key.0 }
    }
}

/// An item behind a number that is less when its key is; equal ones leave it to the key.
#[derive(Clone, Copy)]
struct Headed<T> {
    head: u64,
    item: T,
}

fn sort_objects(py: Py<'_>, items: &mut [Ref<PyObject>], reverse: bool) -> PyResult<()> {
    // Reversing before and after keeps equal elements in order.
    if reverse {
        items.reverse();
    }
    let order = plain_order(items);
    // SAFETY: a `Ref` is a pointer; sorting only changes the order of those.
    let bare = unsafe { &mut *(core::ptr::from_mut(items) as *mut [Bare]) };
    let result = match order {
        Some(Order::Sorted) => Ok(()),
        Some(Order::Runs(kind)) => merge_sort(bare, |a, b| Ok(kind.less(a.key(), b.key()))),
        Some(Order::Found(order)) => {
            permute(items, &order);
            Ok(())
        }
        None => sort_keyed(py, bare),
    };
    if reverse {
        items.reverse();
    }
    result
}

fn sort_by_key(py: Py<'_>, function: &PyObject, items: &mut [Ref<PyObject>], reverse: bool) -> PyResult<()> {
    let mut keys = Vec::new();
    if keys.try_reserve_exact(items.len()).is_err() {
        return Err(py.no_memory());
    }
    for item in &*items {
        keys.push(function.call(py, &[item])?);
    }
    if reverse {
        items.reverse();
        keys.reverse();
    }
    let result = match plain_order(&keys) {
        Some(Order::Sorted) => Ok(()),
        Some(Order::Found(order)) => {
            permute(items, &order);
            Ok(())
        }
        order => {
            let pair = |(key, item): (&Ref<PyObject>, &Ref<PyObject>)| WithKey {
                key: Bare(key.as_ptr()),
                value: item.as_ptr(),
            };
            let mut pairs: Vec<WithKey> = keys.iter().zip(&*items).map(pair).collect();
            let result = match order {
                Some(Order::Runs(kind)) => merge_sort(&mut pairs, |a, b| Ok(kind.less(a.key(), b.key()))),
                _ => sort_keyed(py, &mut pairs),
            };
            for ((pair, key), item) in pairs.into_iter().zip(&mut keys).zip(&mut *items) {
                // SAFETY: the same references in another order.
                unsafe {
                    core::ptr::from_mut(key).cast::<*mut PyObject>().write(pair.key.0);
                    core::ptr::from_mut(item).cast::<*mut PyObject>().write(pair.value);
                }
            }
            result
        }
    };
    if reverse {
        items.reverse();
    }
    py.preserving_error(|| {
        drop(keys);
        Ok(())
    })
    .and(result)
}

/// Puts the items into this order.
fn permute(items: &mut [Ref<PyObject>], order: &[Headed<usize>]) {
    let old: Vec<*mut PyObject> = items.iter().map(|item| item.as_ptr()).collect();
    for (slot, entry) in items.iter_mut().zip(order) {
        // SAFETY: the order names each item once, so each reference stands once again.
        unsafe { core::ptr::from_mut(slot).cast::<*mut PyObject>().write(*old.get_unchecked(entry.item)) };
    }
}

/// Keys whose order a number tells, wholly or as far as numbers differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plain {
    /// Ints of up to 64 bits.
    Int,
    /// Floats, no NaN among them, and ints that floats hold exactly.
    Number,
    /// Strings of one-byte characters: the first eight tell.
    Latin1,
    /// Strings: the first three code points tell.
    Text,
}

impl Plain {
    /// The kind of all these keys, if they have one.
    fn of<'a>(mut keys: impl Iterator<Item = &'a PyObject> + Clone) -> Option<Plain> {
        let first = keys.clone().next()?;
        if PyInt::check_exact(first)
            && keys.clone().all(|k| k.downcast_exact().and_then(PyInt::as_i64).is_some())
        {
            Some(Plain::Int)
        } else if PyStr::check_exact(first) {
            let mut narrow = true;
            let all = keys.all(|k| {
                k.downcast_exact::<PyStr>().is_some_and(|text| {
                    narrow &= text.kind() == 1;
                    true
                })
            });
            all.then_some(if narrow { Plain::Latin1 } else { Plain::Text })
        } else {
            keys.all(|k| number(k).is_some()).then_some(Plain::Number)
        }
    }

    /// `a < b`.
    #[inline(always)]
    fn less(self, a: &PyObject, b: &PyObject) -> bool {
        match self {
            Plain::Number => number(a) < number(b),
            _ => a.compare_plain(b, CompareOp::Lt) == Some(true),
        }
    }

    /// Whether keys with equal heads are equal.
    #[inline(always)]
    fn is_number(self) -> bool {
        matches!(self, Plain::Int | Plain::Number)
    }

    /// As [`Plain::head`], of strings of one-byte characters without the first `skip` of those, which are the same in all.
    fn head_behind(self, key: &PyObject, skip: usize) -> u64 {
        if self != Plain::Latin1 {
            return self.head(key);
        }
        let bytes = key.downcast_exact().map_or(&[][..], PyStr::raw_bytes).get(skip..).unwrap_or_default();
        bytes.first_chunk().map_or_else(
            || bytes.iter().enumerate().fold(0, |head, (i, &b)| head | u64::from(b) << (56 - 8 * i)),
            |&first| u64::from_be_bytes(first),
        )
    }

    /// A number that orders as the key does.
    fn head(self, key: &PyObject) -> u64 {
        const SIGN: u64 = 1 << 63;
        match self {
            Plain::Int => key.downcast_exact().and_then(PyInt::as_i64).map_or(0, |v| v as u64 ^ SIGN),
            Plain::Number => {
                // Zeros are equal; the bits of negative numbers grow downwards.
                let bits = (number(key).unwrap_or_default() + 0.0).to_bits();
                if bits & SIGN != 0 { !bits } else { bits | SIGN }
            }
            Plain::Latin1 => self.head_behind(key, 0),
            Plain::Text => key.downcast_exact::<PyStr>().map_or(0, |text| {
                fn first_three(units: impl Iterator<Item = u32>) -> u64 {
                    units.take(3).zip([42, 21, 0]).fold(0, |head, (c, at)| head | u64::from(c) << at)
                }
                match text.data() {
                    StrData::Ascii(units) | StrData::Latin1(units) => {
                        first_three(units.iter().map(|&c| u32::from(c)))
                    }
                    StrData::Ucs2(units) => first_three(units.iter().map(|&c| u32::from(c))),
                    StrData::Ucs4(units) => first_three(units.iter().copied()),
                }
            }),
        }
    }
}

/// The value of a float that is a number, or of an int that a float holds exactly.
#[inline(always)]
fn number(key: &PyObject) -> Option<f64> {
    const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;
    match key.downcast_exact::<PyFloat>() {
        Some(float) => Some(float.value()).filter(|value| !value.is_nan()),
        None => {
            let value = key.downcast_exact::<PyInt>()?.as_i64()?;
            (value.unsigned_abs() <= EXACT).then_some(value as f64)
        }
    }
}

/// How keys of one plain kind are to be sorted.
enum Order {
    /// They are in order.
    Sorted,
    /// Long runs of them are: few need to be moved.
    Runs(Plain),
    /// This is their order, found without Python's comparisons.
    Found(Vec<Headed<usize>>),
}

/// Runs this long, on average, are merged where they lie.
const LONG_RUN: usize = 32;

/// How often a key is less than the one before it, counted no further than `enough`; `None` if `less` can't tell.
fn count_descents(
    keys: &[Ref<PyObject>],
    enough: usize,
    less: impl Fn(&PyObject, &PyObject) -> Option<bool>,
) -> Option<usize> {
    let mut count = 0;
    for pair in keys.windows(2) {
        if let [a, b] = pair
            && less(b, a)?
        {
            count += 1;
            if count == enough {
                break;
            }
        }
    }
    Some(count)
}

/// The order of keys of one plain kind, or of tuples of such.
fn plain_order(keys: &[Ref<PyObject>]) -> Option<Order> {
    if PyTuple::check_exact(keys.first()?) {
        return tuple_order(keys);
    }
    let kind = Plain::of(keys.iter().map(|k| &**k))?;
    let few = keys.len() / LONG_RUN;
    let ends = count_descents(keys, few + 1, |a, b| Some(kind.less(a, b)))?;
    if ends == 0 {
        return Some(Order::Sorted);
    }
    if ends <= few {
        return Some(Order::Runs(kind));
    }
    let skip = if kind == Plain::Latin1 { common_start(keys) } else { 0 };
    let entry = |(item, key): (usize, &Ref<PyObject>)| Headed { head: kind.head_behind(key, skip), item };
    let mut order: Vec<_> = keys.iter().enumerate().map(entry).collect();
    sort_headed(&mut order, kind, |at| keys.get(at).map(|key| &**key));
    Some(Order::Found(order))
}

/// Sorts by heads, and by the keys that `key` finds where those don't tell.
fn sort_headed<'a>(order: &mut [Headed<usize>], kind: Plain, key: impl Fn(usize) -> Option<&'a PyObject>) {
    match kind {
        Plain::Int | Plain::Number => order.sort_by_key(|entry| entry.head),
        Plain::Latin1 | Plain::Text => order.sort_by(|a, b| {
            a.head.cmp(&b.head).then_with(|| {
                let text = |at| key(at)?.downcast_exact::<PyStr>();
                match (text(a.item), text(b.item)) {
                    (Some(a), Some(b)) => a.compare(b),
                    _ => Ordering::Equal,
                }
            })
        }),
    }
}

/// The order of tuples of plain items: sorted by their first ones, where those are equal by the second ones, and so on.
fn tuple_order(keys: &[Ref<PyObject>]) -> Option<Order> {
    let tuple = |at: usize| keys.get(at)?.downcast_exact::<PyTuple>();
    // Where a first look finds other items, the work would be in vain.
    if !keys.iter().all(|key| PyTuple::check_exact(key))
        || !tuple(0)?.as_slice().iter().all(|item| Plain::of(core::iter::once(&**item)).is_some())
    {
        return None;
    }
    let few = keys.len() / LONG_RUN;
    let ends = count_descents(keys, few + 1, |a, b| tuple_less(a.downcast_exact()?, b.downcast_exact()?))?;
    if ends <= few {
        return (ends == 0).then_some(Order::Sorted);
    }
    let mut order: Vec<_> = (0..keys.len()).map(|item| Headed { head: 0, item }).collect();
    // Tuples that stand side by side and agree in the columns before this one.
    let mut ties = vec![(0..keys.len(), 0)];
    while let Some((range, column)) = ties.pop() {
        let tied = order.get_mut(range.clone())?;
        let item = |at: usize| tuple(at)?.get(column);
        // A tuple that ends here is less than one that goes on.
        let ended = tied.iter().filter(|entry| item(entry.item).is_none()).count();
        if ended > 0 {
            tied.sort_by_key(|entry| item(entry.item).is_some());
            if ended < tied.len() {
                ties.push((range.start + ended..range.end, column));
            }
            continue;
        }
        let kind = Plain::of(tied.iter().filter_map(|entry| item(entry.item)))?;
        for entry in &mut *tied {
            entry.head = kind.head(item(entry.item)?);
        }
        sort_headed(tied, kind, item);
        let equal = |a, b| item(a)?.eq_plain(item(b)?);
        let same = |a: &Headed<usize>, b: &Headed<usize>| {
            a.head == b.head && (kind.is_number() || equal(a.item, b.item) == Some(true))
        };
        let mut start = range.start;
        for run in tied.chunk_by(same) {
            let end = start + run.len();
            if run.len() > 1 {
                ties.push((start..end, column + 1));
            }
            start = end;
        }
    }
    Some(Order::Found(order))
}

/// With how many bytes all of these strings of one-byte characters begin alike.
fn common_start(keys: &[Ref<PyObject>]) -> usize {
    let mut bytes = keys.iter().map(|key| key.downcast_exact().map_or(&[][..], PyStr::raw_bytes));
    let Some(mut start) = bytes.next() else { return 0 };
    for other in bytes {
        if !other.starts_with(start) {
            let same = start.iter().zip(other).take_while(|(a, b)| a == b).count();
            start = start.get(..same).unwrap_or_default();
        }
        if start.is_empty() {
            break;
        }
    }
    start.len()
}

/// Sorts by comparisons that may run Python code. Tuples whose first items are of one plain kind are told apart by those, as far as
/// they differ.
fn sort_keyed<T: Keyed>(py: Py<'_>, items: &mut [T]) -> PyResult<()> {
    fn first(tuple: &PyObject) -> Option<&PyObject> {
        tuple.downcast_exact::<PyTuple>()?.get(0)
    }
    let firsts = items.iter().map_while(|item| first(item.key()));
    let kind = if firsts.clone().count() == items.len() { Plain::of(firsts) } else { None };
    let Some(kind) = kind else {
        return merge_sort(items, |a, b| general_less(py, a.key(), b.key()));
    };
    let head = |item: &T| first(item.key()).map_or(0, |first| kind.head(first));
    let mut headed: Vec<_> = items.iter().map(|item| Headed { head: head(item), item: *item }).collect();
    let result = merge_sort(&mut headed, |a, b| match a.head.cmp(&b.head) {
        Ordering::Less => Ok(true),
        Ordering::Greater => Ok(false),
        Ordering::Equal => general_less(py, a.item.key(), b.item.key()),
    });
    for (slot, entry) in items.iter_mut().zip(headed) {
        *slot = entry.item;
    }
    result
}

fn general_less(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<bool> {
    if let Some(less) = a.compare_plain(b, CompareOp::Lt) {
        return Ok(less);
    }
    if let (Some(a), Some(b)) = (a.downcast_exact::<PyTuple>(), b.downcast_exact::<PyTuple>())
        && let Some(less) = tuple_less(a, b)
    {
        return Ok(less);
    }
    let result = a.rich_compare(py, b, CompareOp::Lt)?;
    if PyBool::check_exact(&result) {
        return Ok(result.is(PyBool::get(true)));
    }
    result.is_true(py)
}

/// `a < b` where the items that decide are plain ones; `None` for all else.
fn tuple_less(a: &PyTuple, b: &PyTuple) -> Option<bool> {
    for (x, y) in a.as_slice().iter().zip(b.as_slice()) {
        if !x.is(y) && !x.compare_plain(y, CompareOp::Eq)? {
            return x.compare_plain(y, CompareOp::Lt);
        }
    }
    Some(a.len() < b.len())
}
