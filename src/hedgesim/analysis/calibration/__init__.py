"""Numbers of the model fitted to the record up to 2021, without a run."""
