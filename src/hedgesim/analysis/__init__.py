"""Analyses of many runs: summaries, comparisons, scores."""
