//! `zoneinfo.ZoneInfo`: transitions of a time zone, and finding the one that a time belongs to.

use krait_interp::import::import_module;
use krait_runtime::local::InterpreterLocal;
use krait_runtime::prelude::*;

use super::rules::{self, Rule};
use crate::datetime::{DateTime, TimeDelta, TzInfo};

/// What holds in some period.
#[derive(Clone)]
struct Period {
    seconds: i64,
    offset: Ref<TimeDelta>,
    dst: Ref<TimeDelta>,
    name: Ref<PyStr>,
}

/// What holds after the last transition.
struct After {
    rule: Option<Rule>,
    std: Period,
    dst: Option<Period>,
}

/// A zone's data.
struct Zone {
    /// Moments of change in Unix seconds, and the clocks' readings then, the earlier reading last.
    utc: Vec<i64>,
    wall: [Vec<i64>; 2],
    periods: Vec<Period>,
    before: Option<Period>,
    after: After,
    fixed: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Source {
    Cache,
    NoCache,
    File,
}

/// `zoneinfo.ZoneInfo`.
#[pyclass(module = "zoneinfo", name = "ZoneInfo", base = TzInfo, basetype, gc, heap, immutable)]
#[repr(C)]
pub struct ZoneInfo {
    base: TzInfo,
    #[pymember("key", object, readonly)]
    key: Member<PyObject>,
    file: Member<PyStr>,
    #[no_traverse]
    source: Cell<Source>,
    #[no_traverse]
    zone: Zone,
    weaklist: WeakList,
}

/// The weak cache of the base class.
static WEAK_CACHE: InterpreterLocal = InterpreterLocal::new(new_weak_cache);
/// The zones used last, of the base class, most recent first: (key, zone).
static STRONG_CACHE: InterpreterLocal = InterpreterLocal::new(|py| PyList::new(py).map(Ref::upcast));
const STRONG_SIZE: usize = 8;

fn new_weak_cache(py: Py<'_>) -> PyResult<Ref<PyObject>> {
    import_module(py, "weakref")?.call_method(py, id!(py, "WeakValueDictionary"), &[])
}

fn is_base(cls: &PyType) -> bool {
    core::ptr::eq(cls, ZoneInfo::type_object())
}

fn weak_cache(py: Py<'_>, cls: &PyType) -> PyResult<Ref<PyObject>> {
    if is_base(cls) { WEAK_CACHE.get(py) } else { cls.get_attr(py, id!(py, "_weak_cache")) }
}

/// Offsets like 1:00 come up in many zones, but only once a zone.
fn delta(py: Py<'_>, seconds: i64) -> PyResult<Ref<TimeDelta>> {
    TimeDelta::new(py, 0, seconds, 0)
}

fn ints(py: Py<'_>, list: &PyObject) -> PyResult<Vec<i64>> {
    let mut out = Vec::new();
    for item in list.collect(py)? {
        let n = item.index(py)?;
        out.push(
            n.as_i64()
                .ok_or_else(|| raise!(py, OverflowError, "Python int too large to convert to C long"))?,
        );
    }
    Ok(out)
}

/// How much of each offset is daylight saving: what a period adds to its neighbours in standard time.
fn dst_offsets(index: &[usize], offsets: &[i64], is_dst: &[bool]) -> Vec<i64> {
    let mut result = vec![0; offsets.len()];
    let offset = |i: usize| offsets.get(i).copied().unwrap_or(0);
    let saving = |i: usize| is_dst.get(i).copied().unwrap_or(false);
    let wanted = is_dst.iter().filter(|dst| **dst).count();
    let mut found = 0;
    for (at, pair) in index.windows(2).enumerate() {
        if found >= wanted {
            break;
        }
        let [previous, this] = pair else { continue };
        if !saving(*this) || result.get(*this).is_none_or(|known| *known != 0) {
            continue;
        }
        let mut dst = if saving(*previous) { 0 } else { offset(*this) - offset(*previous) };
        if dst == 0
            && let Some(&next) = index.get(at + 2)
        {
            if saving(next) {
                continue;
            }
            dst = offset(*this) - offset(next);
        }
        if dst != 0 {
            found += 1;
            if let Some(slot) = result.get_mut(*this) {
                *slot = dst;
            }
        }
    }
    // Periods without a neighbour to tell from: an hour.
    for (i, slot) in result.iter_mut().enumerate() {
        if saving(i) && *slot == 0 && found < wanted {
            *slot = 3600;
        }
    }
    result
}

impl Zone {
    fn load(py: Py<'_>, file: &PyObject) -> PyResult<Zone> {
        let data = import_module(py, "zoneinfo._common")?.call_method(py, id!(py, "load_data"), &[file])?;
        let parts = data.collect(py)?;
        let [index, utc, offsets, is_dst, names, text] = &parts[..] else {
            bail!(py, TypeError, "Invalid data result type: {}", data.repr(py)?.to_string_lossy());
        };
        let index: Vec<usize> = ints(py, index)?.into_iter().map(|i| i as usize).collect();
        let (utc, offsets) = (ints(py, utc)?, ints(py, offsets)?);
        let is_dst: Vec<bool> = ints(py, is_dst)?.into_iter().map(|n| n != 0).collect();
        let names = names.collect(py)?;
        let dst = dst_offsets(&index, &offsets, &is_dst);
        let mut kinds = Vec::with_capacity(offsets.len());
        for ((seconds, dst), name) in offsets.iter().zip(&dst).zip(&names) {
            let Some(name) = name.downcast::<PyStr>() else {
                bail!(py, TypeError, "abbreviations are strings");
            };
            kinds.push(Period {
                seconds: *seconds,
                offset: delta(py, *seconds)?,
                dst: delta(py, *dst)?,
                name: name.new_ref(),
            });
        }
        let bad_index = || raise!(py, ValueError, "Invalid transition index found while reading TZif");
        let mut periods = Vec::with_capacity(index.len());
        for &i in &index {
            periods.push(kinds.get(i).cloned().ok_or_else(bad_index)?);
        }
        let before = is_dst.iter().position(|dst| !dst).or(if kinds.is_empty() { None } else { Some(0) });
        let before = before.and_then(|i| kinds.get(i)).cloned();
        let offset = |i: usize| offsets.get(i).copied().unwrap_or(0);
        let mut wall = [utc.clone(), utc.clone()];
        let mut last = offset(0);
        for (at, &i) in index.iter().enumerate() {
            let this = offset(i);
            let [first, second] = &mut wall;
            if let (Some(a), Some(b)) = (first.get_mut(at), second.get_mut(at)) {
                *a += last.max(this);
                *b += last.min(this);
            }
            last = this;
        }
        let text = if text.is_none() { Vec::new() } else { text.buffer_bytes(py)? };
        let after = if text.is_empty() {
            let Some(last) = periods.last().or(kinds.last()) else {
                bail!(py, ValueError, "No time zone information found.");
            };
            After { rule: None, std: last.clone(), dst: None }
        } else {
            After::parse(py, &text)?
        };
        let fixed = kinds.len() <= 1
            && after.dst.is_none()
            && kinds.first().is_none_or(|kind| {
                kind.seconds == after.std.seconds
                    && kind.dst.total() == after.std.dst.total()
                    && kind.name.equals(&after.std.name)
            });
        Ok(Zone { utc, wall, periods, before, after, fixed })
    }

    /// The period of a local time, in seconds as if it were UTC.
    fn local_period(&self, seconds: i64, year: i32, fold: bool) -> Option<&Period> {
        let [first, second] = &self.wall;
        let list = if fold { second } else { first };
        if list.first().is_some_and(|first| seconds < *first) {
            return self.before.as_ref();
        }
        if list.last().is_none_or(|last| seconds > *last) {
            return Some(self.after.local_period(seconds, year, fold));
        }
        let i = list.partition_point(|change| *change <= seconds);
        self.periods.get(i.checked_sub(1)?)
    }

    /// The period of a moment, and whether the local time then is the second of two.
    fn period(&self, seconds: i64, year: i32) -> Option<(&Period, bool)> {
        if self.utc.first().is_some_and(|first| seconds < *first) {
            return Some((self.before.as_ref()?, false));
        }
        let before = |i: usize| if i >= 1 { self.periods.get(i - 1) } else { self.before.as_ref() };
        if self.utc.last().is_none_or(|last| seconds > *last) {
            let (period, mut fold) = self.after.period(seconds, year);
            if let Some(last) = self.utc.last() {
                // Right after the last transition the neighbour is what held before it.
                let shift = before(self.utc.len() - 1)?.seconds - period.seconds;
                if shift > 0 && seconds < last + shift {
                    fold = true;
                }
            }
            return Some((period, fold));
        }
        let i = self.utc.partition_point(|change| *change <= seconds).checked_sub(1)?;
        let period = self.periods.get(i)?;
        let shift = before(i)?.seconds - period.seconds;
        Some((period, shift > seconds - self.utc.get(i)?))
    }
}

impl After {
    fn parse(py: Py<'_>, text: &[u8]) -> PyResult<After> {
        let Some(rule) = rules::parse(text) else {
            let shown = PyBytes::new(py, text)?.as_object().repr(py)?;
            bail!(py, ValueError, "malformed TZ string: {}", shown.to_string_lossy());
        };
        let period = |name: &str, seconds: i64, dst: i64| -> PyResult<Period> {
            Ok(Period {
                seconds,
                offset: delta(py, seconds)?,
                dst: delta(py, dst)?,
                name: PyStr::new(py, name)?,
            })
        };
        let std = period(&rule.std.name, rule.std.offset, 0)?;
        let dst = match &rule.dst {
            Some((dst, ..)) => Some(period(&dst.name, dst.offset, dst.offset - rule.std.offset)?),
            None => None,
        };
        Ok(After { rule: Some(rule), std, dst })
    }

    fn changes(&self, year: i32) -> Option<(i64, i64, &Period)> {
        let (_, start, end) = self.rule.as_ref()?.dst.as_ref()?;
        Some((start.in_year(year), end.in_year(year), self.dst.as_ref()?))
    }

    fn local_period(&self, seconds: i64, year: i32, fold: bool) -> &Period {
        let Some((mut start, mut end, dst)) = self.changes(year) else { return &self.std };
        let shift = dst.seconds - self.std.seconds;
        if fold == (shift >= 0) {
            end -= shift;
        } else {
            start += shift;
        }
        let saving =
            if start < end { (start..end).contains(&seconds) } else { !(end..start).contains(&seconds) };
        if saving { dst } else { &self.std }
    }

    fn period(&self, seconds: i64, year: i32) -> (&Period, bool) {
        let Some((start, end, dst)) = self.changes(year) else { return (&self.std, false) };
        let (start, end) = (start - self.std.seconds, end - dst.seconds);
        let saving =
            if start < end { (start..end).contains(&seconds) } else { !(end..start).contains(&seconds) };
        let shift = dst.seconds - self.std.seconds;
        let ambiguous = if shift > 0 { end..end + shift } else { start..start - shift };
        (if saving { dst } else { &self.std }, ambiguous.contains(&seconds))
    }
}

impl ZoneInfo {
    fn make(
        py: Py<'_>,
        cls: &PyType,
        key: Option<&PyObject>,
        file: Option<Ref<PyStr>>,
        source: Source,
        zone: Zone,
    ) -> PyResult<Ref<ZoneInfo>> {
        let new = ZoneInfo {
            base: TzInfo::header(),
            key: Member::new(key.map_or_else(|| py.none(), PyObject::to_ref)),
            file: Member::from_option(file),
            source: Cell::new(source),
            zone,
            weaklist: WeakList::EMPTY,
        };
        alloc_payload(py, cls, new)
    }

    fn load(py: Py<'_>, cls: &PyType, key: &PyObject, source: Source) -> PyResult<Ref<ZoneInfo>> {
        let path = import_module(py, "zoneinfo._tzpath")?.call_method(py, id!(py, "find_tzfile"), &[key])?;
        let file = if path.is_none() {
            import_module(py, "zoneinfo._common")?.call_method(py, id!(py, "load_tzdata"), &[key])?
        } else {
            import_module(py, "io")?.call_method(py, id!(py, "open"), &[&path, &*PyStr::new(py, "rb")?])?
        };
        let zone = match Zone::load(py, &file) {
            Ok(zone) => zone,
            Err(raised) => {
                // The file is closed all the same; the first exception is the one that matters.
                let exception = py.fetch(raised);
                if let Err(second) = file.call_method(py, id!(py, "close"), &[]) {
                    py.clear_error(second);
                }
                return Err(py.restore(exception));
            }
        };
        file.call_method(py, id!(py, "close"), &[])?;
        ZoneInfo::make(py, cls, Some(key), None, source, zone)
    }

    /// From the strong cache, moved to its front.
    fn strong(py: Py<'_>, key: &PyObject) -> PyResult<Option<Ref<PyObject>>> {
        let cache = STRONG_CACHE.get(py)?;
        let Some(list) = cache.downcast::<PyList>() else { return Ok(None) };
        for (i, entry) in list.to_vec().into_iter().enumerate() {
            let Some(pair) = entry.downcast::<PyTuple>() else { continue };
            if let (Some(known), Some(zone)) = (pair.get(0), pair.get(1))
                && known.eq(py, key)?
            {
                if i > 0 && list.get(i).is_some_and(|still| still.is(&entry)) {
                    list.remove_at(py, i)?;
                    list.insert(py, 0, entry.clone())?;
                }
                return Ok(Some(zone.to_ref()));
            }
        }
        Ok(None)
    }

    fn remember(py: Py<'_>, key: &PyObject, zone: &PyObject) -> PyResult<()> {
        let cache = STRONG_CACHE.get(py)?;
        if let Some(list) = cache.downcast::<PyList>() {
            list.insert(py, 0, PyTuple::new(py, &[key, zone])?.upcast())?;
            while list.len() > STRONG_SIZE {
                list.remove_at(py, list.len() - 1)?;
            }
        }
        Ok(())
    }

    fn from_cache(py: Py<'_>, cls: &PyType, key: &PyObject) -> PyResult<Ref<PyObject>> {
        if is_base(cls)
            && let Some(zone) = ZoneInfo::strong(py, key)?
        {
            return Ok(zone);
        }
        let cache = weak_cache(py, cls)?;
        let mut zone = cache.call_method(py, id!(py, "get"), &[key])?;
        if zone.is_none() {
            let new = ZoneInfo::load(py, cls, key, Source::Cache)?.upcast();
            zone = cache.call_method(py, id!(py, "setdefault"), &[key, &new])?;
        }
        if !ZoneInfo::check(&zone) {
            bail!(
                py,
                RuntimeError,
                "Unexpected instance of {} in {} weak cache for key {}",
                zone.ty().qualified_name(),
                cls.name(),
                key.repr(py)?
            );
        }
        if is_base(cls) {
            ZoneInfo::remember(py, key, &zone)?;
        }
        Ok(zone)
    }

    fn find(&self, py: Py<'_>, dt: &PyObject) -> PyResult<Option<&Period>> {
        if dt.is_none() {
            return Ok(self.zone.fixed.then_some(&self.zone.after.std));
        }
        if let Some(dt) = dt.downcast::<DateTime>() {
            let (seconds, year) = (dt.unix_reading(), dt.year_number());
            return Ok(self.zone.local_period(seconds, year, dt.is_folded()));
        }
        let number = |name: &'static PyStr| -> PyResult<i64> {
            dt.get_attr(py, name)?
                .index(py)?
                .as_i64()
                .ok_or_else(|| raise!(py, OverflowError, "Python int too large to convert to C long"))
        };
        let ordinal = dt.call_method(py, id!(py, "toordinal"), &[])?.index(py)?.as_i64().unwrap_or(0);
        let (hour, minute, second) =
            (number(id!(py, "hour"))?, number(id!(py, "minute"))?, number(id!(py, "second"))?);
        let (fold, year) = (number(id!(py, "fold"))?, number(id!(py, "year"))?);
        let seconds = ((ordinal - 719163) * 24 + hour) * 3600 + minute * 60 + second;
        Ok(self.zone.local_period(seconds, year as i32, fold != 0))
    }
}

#[pymethods(class = "zoneinfo.ZoneInfo")]
impl ZoneInfo {
    #[new]
    #[sig("(key)")]
    fn new(py: Py<'_>, cls: &PyType, key: &PyObject) -> PyResult<Ref<PyObject>> {
        ZoneInfo::from_cache(py, cls, key)
    }
    #[classmethod]
    #[sig("($type, /, key)")]
    fn no_cache(cls: &PyType, py: Py<'_>, key: &PyObject) -> PyResult<Ref<ZoneInfo>> {
        ZoneInfo::load(py, cls, key, Source::NoCache)
    }
    #[classmethod]
    #[sig("($type, file_obj, /, key=None)")]
    fn from_file(
        cls: &PyType,
        py: Py<'_>,
        file_obj: &PyObject,
        key: Option<&PyObject>,
    ) -> PyResult<Ref<ZoneInfo>> {
        let zone = Zone::load(py, file_obj)?;
        let shown = file_obj.repr(py)?;
        ZoneInfo::make(py, cls, key, Some(shown), Source::File, zone)
    }
    #[classmethod]
    #[sig("($type, /, *, only_keys=None)")]
    fn clear_cache(cls: &PyType, py: Py<'_>, only_keys: Option<&PyObject>) -> PyResult<()> {
        let cache = weak_cache(py, cls)?;
        let strong = STRONG_CACHE.get(py)?;
        let strong = strong.downcast::<PyList>().filter(|_| is_base(cls));
        let Some(keys) = only_keys.filter(|keys| !keys.is_none()) else {
            cache.call_method(py, id!(py, "clear"), &[])?;
            if let Some(strong) = strong {
                strong.clear();
            }
            return Ok(());
        };
        for key in keys.collect(py)? {
            if let Some(strong) = strong {
                let mut i = 0;
                while let Some(entry) = strong.get(i) {
                    let same = match entry.downcast::<PyTuple>().and_then(|pair| pair.get(0)) {
                        Some(known) => known.eq(py, &key)?,
                        None => false,
                    };
                    if same {
                        strong.remove_at(py, i)?;
                    } else {
                        i += 1;
                    }
                }
            }
            cache.call_method(py, id!(py, "pop"), &[&key, &py.none()])?;
        }
        Ok(())
    }
    #[classmethod]
    #[sig("($type, key, from_cache, /)")]
    fn _unpickle(cls: &PyType, py: Py<'_>, key: &PyObject, from_cache: bool) -> PyResult<Ref<PyObject>> {
        if from_cache {
            return ZoneInfo::from_cache(py, cls, key);
        }
        ZoneInfo::load(py, cls, key, Source::NoCache).map(Ref::upcast)
    }
    #[classmethod]
    #[sig("($type, /, *args, **kwargs)")]
    fn __init_subclass__(cls: &PyType, py: Py<'_>, _args: &[&PyObject], _kwargs: Kwargs<'_>) -> PyResult<()> {
        cls.set_attr(py, id!(py, "_weak_cache"), &*new_weak_cache(py)?)
    }
    #[pymethod]
    #[sig("($self, dt, /)")]
    fn utcoffset(&self, py: Py<'_>, dt: &PyObject) -> PyResult<Option<Ref<TimeDelta>>> {
        Ok(self.find(py, dt)?.map(|period| period.offset.clone()))
    }
    #[pymethod]
    #[sig("($self, dt, /)")]
    fn dst(&self, py: Py<'_>, dt: &PyObject) -> PyResult<Option<Ref<TimeDelta>>> {
        Ok(self.find(py, dt)?.map(|period| period.dst.clone()))
    }
    #[pymethod]
    #[sig("($self, dt, /)")]
    fn tzname(&self, py: Py<'_>, dt: &PyObject) -> PyResult<Option<Ref<PyStr>>> {
        Ok(self.find(py, dt)?.map(|period| period.name.clone()))
    }
    #[pymethod]
    #[sig("($self, dt, /)")]
    fn fromutc(&self, py: Py<'_>, dt: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(dt) = dt.downcast::<DateTime>() else {
            bail!(py, TypeError, "fromutc: argument must be a datetime");
        };
        if dt.zone().is_none_or(|zone| !zone.is(self)) {
            bail!(py, ValueError, "fromutc: dt.tzinfo is not self");
        }
        let Some((period, fold)) = self.zone.period(dt.unix_reading(), dt.year_number()) else {
            return Ok(dt.to_ref());
        };
        let moved = dt.shifted(py, &period.offset, 1)?;
        if !fold {
            return Ok(moved);
        }
        let replace = moved.get_attr(py, id!(py, "replace"))?;
        let keywords = PyDict::new(py)?;
        keywords.set(py, id!(py, "fold"), &*PyInt::new(py, 1)?)?;
        replace.call_dict(py, &*PyTuple::empty(py)?, Some(&keywords))
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let source = self.source.get();
        if source == Source::File {
            let class = import_module(py, "pickle")?.get_attr(py, id!(py, "PicklingError"))?;
            if let Some(class) = class.downcast::<PyType>() {
                return Err(
                    py.raise(class, format_args!("Cannot pickle a ZoneInfo file from a file stream."))
                );
            }
        }
        let unpickle = self.ty().get_attr(py, id!(py, "_unpickle"))?;
        let key = self.key.get().unwrap_or_else(|| py.none());
        let from_cache = PyInt::new(py, i64::from(source == Source::Cache))?;
        PyTuple::pair(py, unpickle, PyTuple::new(py, &[&key, &from_cache])?.upcast())
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let name = self.ty().name();
        match (self.key.get().filter(|key| !key.is_none()), self.file.get()) {
            (Some(key), _) => PyStr::concat_display(py, name, "(key=", &*key.repr(py)?, ")"),
            (None, Some(file)) => PyStr::concat_display(py, name, ".from_file(", &file, ")"),
            (None, None) => PyStr::new(py, name),
        }
    }
    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        match self.key.get().filter(|key| !key.is_none()) {
            Some(key) => key.str(py),
            None => self.tp_repr(py),
        }
    }
}
