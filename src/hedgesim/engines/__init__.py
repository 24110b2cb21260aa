"""Engines: what turns a case into trajectories."""
