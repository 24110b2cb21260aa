"""What many runs say together: summaries, comparisons, scores."""
