"""One page about results: the question, the answer, why, whether to trust it, and how to get it again."""
