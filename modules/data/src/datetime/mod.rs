//! Module `_datetime`: a file for each type; `calendar.rs` and `isoformat.rs` know no Python object, `zone.rs` asks time zones and
//! the machine's local time, `format.rs` writes texts, `fields.rs` reads constructors' arguments.

pub(crate) mod calendar;
mod date;
mod datetime;
mod datetime_methods;
mod delta;
mod fields;
mod format;
mod iso_calendar;
mod isoformat;
mod time;
mod timezone;
mod tzinfo;
mod zone;

pub use date::Date;
pub use datetime::DateTime;
pub use delta::TimeDelta;
pub use iso_calendar::IsoCalendarDate;
pub use time::Time;
pub use timezone::{TimeZone, utc};
pub use tzinfo::TzInfo;

use krait_macros::pymodule;

/// Dates and times.
#[pymodule(name = "_datetime", types = [Date, DateTime, Time, TimeDelta, TzInfo, TimeZone, IsoCalendarDate])]
pub mod _datetime {
    use super::{Date, DateTime, IsoCalendarDate, Time, TimeDelta, TimeZone, TzInfo, utc};
    use krait_runtime::prelude::*;

    #[pyattr]
    const MINYEAR: i32 = 1;
    #[pyattr]
    const MAXYEAR: i32 = 9999;

    fn put(py: Py<'_>, class: &PyType, name: &'static PyStr, value: &PyObject) -> PyResult<()> {
        if let Some(dict) = class.dict() {
            dict.set(py, name, value)?;
            class.modified(py);
        }
        Ok(())
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.dict().remove(py, id!(py, "IsoCalendarDate"))?;
        let (min, max, resolution) = (id!(py, "min"), id!(py, "max"), id!(py, "resolution"));
        let delta = TimeDelta::type_object();
        put(py, delta, min, &*TimeDelta::new(py, -999_999_999, 0, 0)?)?;
        put(py, delta, max, &*TimeDelta::new(py, 999_999_999, 86399, 999_999)?)?;
        put(py, delta, resolution, &*TimeDelta::new(py, 0, 0, 1)?)?;
        let (first, last) = ((1, 1, 1), (9999, 12, 31));
        let (midnight, end) = ([0; 4], [23, 59, 59, 999_999]);
        let date = Date::type_object();
        put(py, date, min, &*Date::alloc_as(py, date, first)?)?;
        put(py, date, max, &*Date::alloc_as(py, date, last)?)?;
        put(py, date, resolution, &*TimeDelta::new(py, 1, 0, 0)?)?;
        let time = Time::type_object();
        put(py, time, min, &*Time::alloc_as(py, time, midnight, None, 0)?)?;
        put(py, time, max, &*Time::alloc_as(py, time, end, None, 0)?)?;
        put(py, time, resolution, &*TimeDelta::new(py, 0, 0, 1)?)?;
        let datetime = DateTime::type_object();
        put(py, datetime, min, &*DateTime::alloc_as(py, datetime, first, midnight, None, 0)?)?;
        put(py, datetime, max, &*DateTime::alloc_as(py, datetime, last, end, None, 0)?)?;
        put(py, datetime, resolution, &*TimeDelta::new(py, 0, 0, 1)?)?;
        let zone = TimeZone::type_object();
        let utc = utc(py)?;
        put(py, zone, id!(py, "utc"), &utc)?;
        let limit = 23 * 3600 + 59 * 60;
        put(py, zone, min, &*TimeZone::create(py, TimeDelta::new(py, 0, -limit, 0)?, None)?)?;
        put(py, zone, max, &*TimeZone::create(py, TimeDelta::new(py, 0, limit, 0)?, None)?)?;
        module.add(py, "UTC", &utc)
    }
}
