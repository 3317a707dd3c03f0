import warnings

warnings.simplefilter("default")
warnings.warn("careful", DeprecationWarning)
warnings.warn("again", UserWarning, stacklevel=1)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("kept")
print(len(caught), caught[0].message, caught[0].category.__name__)
warnings.simplefilter("error")
warnings.warn("fatal", RuntimeWarning)
