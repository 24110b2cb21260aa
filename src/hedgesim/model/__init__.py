"""The mathematics: formulas of arrays (country, domain, target, run); no files, no Mesa."""
