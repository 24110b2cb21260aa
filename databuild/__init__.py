"""Build the shipped tables in `src/hedgesim/data` from the facts and choices in `data-raw`.

Not part of the product: hedgesim reads only what this package wrote. Run it with `python -m databuild` (`make data`).
"""
