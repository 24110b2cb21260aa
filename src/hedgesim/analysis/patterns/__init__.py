"""Patterns: what the record shows and a run should reproduce, as data, and how a model is scored against them."""
