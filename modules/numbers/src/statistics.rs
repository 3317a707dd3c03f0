//! Module `_statistics`.

/// What `statistics` computes natively.
#[pymodule(name = "_statistics")]
pub mod _statistics {
    use krait_numeric::float_ops::normal::inverse_cdf;
    use krait_runtime::prelude::*;

    #[pyfunction]
    fn _normal_dist_inv_cdf(py: Py<'_>, p: f64, mu: f64, sigma: f64) -> PyResult<f64> {
        let value = if p <= 0.0 || p >= 1.0 { None } else { inverse_cdf(p, mu, sigma) };
        value.ok_or_else(|| raise!(py, ValueError, "inv_cdf undefined for these parameters"))
    }
}

use krait_macros::pymodule;
