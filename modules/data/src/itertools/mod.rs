//! Module `itertools`.

mod accumulate;
mod batches;
mod chain;
mod combinations;
mod count;
mod filters;
mod groupby;
mod islice;
mod product;
mod tee;
mod zip_longest;

pub use accumulate::{Accumulate, StarMap};
pub use batches::{Batched, Pairwise};
pub use chain::{Chain, Cycle, Repeat};
pub use combinations::{Combinations, CombinationsWithReplacement, Permutations};
pub use count::Count;
pub use filters::{Compress, DropWhile, FilterFalse, TakeWhile};
pub use groupby::{GroupBy, Grouper};
pub use islice::Islice;
pub use product::Product;
pub use tee::{Tee, TeeDataObject};
pub use zip_longest::ZipLongest;

use krait_runtime::prelude::pymodule;

/// Functional tools for creating and using iterators.
#[pymodule(
    name = "itertools",
    types = [
        Accumulate, Batched, Chain, Combinations, CombinationsWithReplacement, Compress, Count, Cycle, DropWhile, FilterFalse,
        GroupBy, Grouper, Islice, Pairwise, Permutations, Product, Repeat, StarMap, TakeWhile, Tee, TeeDataObject, ZipLongest
    ]
)]
pub mod itertools {
    use super::*;
    use krait_runtime::prelude::*;

    #[pyfunction]
    fn tee(py: Py<'_>, iterable: &PyObject, #[default(2)] n: isize) -> PyResult<Ref<PyTuple>> {
        super::tee::tee(py, iterable, n)
    }
}
