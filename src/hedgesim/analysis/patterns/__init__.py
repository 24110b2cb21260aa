"""Patterns: what the record shows and a run should bring about, as data, and how a model is scored against them."""
