"""Numbers of the model fitted to the record up to 2021, without a run."""

LAST_YEAR = 2021
"""Last year that anything is fitted to."""
