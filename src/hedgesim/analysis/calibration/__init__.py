"""Shared parameters fitted to the record of the training years."""
