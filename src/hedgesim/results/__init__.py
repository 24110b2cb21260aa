"""Many runs of a scenario: which to make, how to make them, where their tables are kept."""
