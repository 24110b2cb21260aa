"""Forecasts of years that nothing was fitted to, scored against what happened and against simple baselines."""

HINDCAST, HISTORY = "hindcast_2022", "history"
"""Shipped scenarios: the one that is scored against the record, and the years with a record."""
