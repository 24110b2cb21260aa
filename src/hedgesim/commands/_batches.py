"""What commands on several batches share: folders of results, or scenarios, which are run here."""

from __future__ import annotations

from collections.abc import Sequence

import hedgesim
from hedgesim.errors import HedgesimError


def batch_of(name: str, runs: int, outcomes: Sequence[str] = ()) -> hedgesim.Results:
    """Results of a folder, or of a scenario, which is run here with the outcomes that are asked for."""
    from hedgesim.engines import engine_of
    from hedgesim.model.named_outcomes import named
    from hedgesim.results.recorded import is_results
    from hedgesim.results.simulation import DEFAULT_KEEP, Plan, run_scenarios

    if is_results(name):
        results = hedgesim.open_results(name)
        if "experiment" in results.manifest and not results.manifest.get("ended"):
            raise HedgesimError(name, "the sweep is not finished", "Finish it with hedgesim sweep.")
        return results
    asked = tuple(outcome for outcome in outcomes if (one := named(outcome)) and one.family.places)
    plan = Plan(runs, DEFAULT_KEEP, engine_of("ensemble"), outcomes=asked)
    (results,), _ = run_scenarios((hedgesim.read_scenario(name),), plan)
    return results


def short_names(batches: Sequence[str]) -> tuple[str, ...]:
    """What batches are called: the last part of a path, or all of it where that is not enough."""
    last = [name.rstrip("/").rpartition("/")[2].removesuffix(".yaml") for name in batches]
    return tuple(batches if len(set(last)) < len(last) else last)
