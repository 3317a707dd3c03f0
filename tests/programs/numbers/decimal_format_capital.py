"""format(Decimal, ...N): `n` with capitals, which does not go with `z`."""
import warnings
from decimal import Decimal

warnings.simplefilter("ignore")
for spec in "N", "zN", "z<N", "*>zN", "+z10N", "zn", "z-N", "z=5N", "z*=5N", "zzN", "N<zN", ".3N", "z.3N", "z%":
    for value in "-0.01", "1E+50", "-inf":
        try:
            print(spec, value, repr(format(Decimal(value), spec)))
        except ValueError as error:
            print(spec, value, error)
