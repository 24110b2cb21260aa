"""Experiment files that the tests start from."""

HEAD = """\
question: What moves what?
scenarios: [war_2022]
outcomes: [hedging_index]
seed: 7
"""

GRID = HEAD + "uncertainties:\n  settings.taste.threat: [0.0, 1.0]\n"

SAMPLED = HEAD + "design: sobol\nsamples: 4\nuncertainties:\n  settings.taste.threat: {low: 0.0, high: 1.0}\n"

TABLE = HEAD + "design: csv\nfile: samples.csv\n"
