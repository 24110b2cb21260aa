"""The mathematics: array formulas with free leading axes; no files, no Mesa."""
