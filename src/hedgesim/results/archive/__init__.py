"""Results with all that is needed to understand and to repeat them, in one file that others can keep."""
