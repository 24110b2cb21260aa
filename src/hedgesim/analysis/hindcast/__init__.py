"""Forecasts of years that nothing was fitted to, scored against what happened and against simple baselines."""
