"""The calibration: every number that the record up to 2021 bears on, fitted without a run.

What a record does not identify keeps its value from before the fit; its posterior is on file all the same, and draws
from it carry what is not known. Everything else keeps the declared value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from hedgesim.analysis.calibration import LAST_YEAR
from hedgesim.analysis.calibration.drift import NU, DriftFit, changes, left_out, recorded
from hedgesim.analysis.calibration.events import EventPlan, leave_one_out
from hedgesim.analysis.calibration.membership import CENTRES, GRID, Membership
from hedgesim.analysis.calibration.posterior import (
    DRIFT,
    MEMBERSHIP,
    MODEL_NAMES,
    VOTES,
    Posterior,
    in_model,
    joined,
    of_drift,
    of_formats,
    of_membership,
    of_votes,
    within_ranges,
)
from hedgesim.analysis.calibration.rates import RECORDS, FormatRates, fit_format_rates
from hedgesim.analysis.calibration.stance import PRIORS
from hedgesim.analysis.calibration.votes import VoteFit, fit_votes, recorded_history
from hedgesim.errors import HedgesimError
from hedgesim.model.arrays import Array
from hedgesim.model.parameter import Parameter
from hedgesim.model.parameters import all_parameters
from hedgesim.results.folders import Folder
from hedgesim.results.manifest import digest_of_sources, now, versions
from hedgesim.scenario.calibrations import EDITION, MANIFEST, PARAMETERS, POSTERIOR, known_before_2022
from hedgesim.scenario.tables import Tables

POWERS, COUNTRIES = "powers", "countries"
"""What is left out one at a time."""

UNITS: Mapping[str, str] = {"dialogues": POWERS, "calendar": POWERS, "stance": COUNTRIES}
"""What the groups of each record of events are: powers (of the calendar also series of meetings), or countries."""


@dataclass(frozen=True)
class FitPlan:
    """How large a calibration is.

    chain: of each fit. left_out: of the fits without a power, series or country. draws: joint sets kept.
    """

    chain: EventPlan = field(default_factory=lambda: EventPlan(walkers=64, steps=2000, warm_up=700))
    left_out: EventPlan = field(default_factory=lambda: EventPlan(walkers=32, steps=400, warm_up=200))
    draws: int = 512


@dataclass(frozen=True)
class Calibration:
    """Numbers fitted to a record."""

    parameters: pd.DataFrame
    """A row for every parameter of the model: role (fitted, or prior where nothing fitted decides the value), value,
    declared range, and the columns of `Posterior.numbers` where a record bears on it; known_before_2022, why."""
    draws: pd.DataFrame
    """Joint draws: a row for each of equally likely sets, a column for each number that a record bears on."""
    left_out: Mapping[str, pd.DataFrame]
    """Of powers and of countries: without, record, parameter, value, posterior_sd, shift (in posterior standard
    deviations of the complete fit)."""
    facts: Mapping[str, object]
    """What was done and how it went, for the manifest."""


def calibrate(
    tables: Tables, plan: FitPlan | None = None, *, on_fit: Callable[[str], None] = lambda _: None
) -> Calibration:
    """Fit the drift, the rates and stances of formats, memberships and votes; no number is of one country.

    tables: uncut; nothing later than `LAST_YEAR` is used. on_fit: called with the name of each fit just completed.

    Raises:
        HedgesimError: too few draws lie in the ranges that the model declares.
    """
    plan = plan or FitPlan()
    rates = fit_format_rates(tables, plan.chain)
    on_fit("formats")
    drift, of_shares = of_drift(tables, 2 * plan.draws)
    votes, of_rolls = of_votes(tables, 2 * plan.draws, until=LAST_YEAR)
    members = Membership.of(tables, _stance_used(rates))
    on_fit("drift, votes and memberships")
    of_events = [*of_formats(rates, 2 * plan.draws), of_membership(members, 2 * plan.draws)]
    found = joined([drift, *of_events, votes], seed=plan.chain.seed)
    kept = within_ranges(found.draws)
    if len(kept) < plan.draws:
        fault = f"only {len(kept)} of {len(found.draws)} draws lie in the declared ranges"
        raise HedgesimError("calibrate", fault, "Widen the ranges of the parameters that the record contradicts.")
    without = {
        name: pd.concat(tables_, ignore_index=True)
        for name, tables_ in _left_out(tables, members, plan, on_fit).items()
    }
    facts = _facts(plan, of_shares, of_rolls)
    facts |= {"chains": rates.facts.to_dict("records"), "draws_in_range": len(kept) / len(found.draws)}
    return Calibration(
        parameters=parameters_with(found.numbers),
        draws=kept.iloc[: plan.draws],
        left_out={name: _with_shift(table, found) for name, table in without.items()},
        facts=facts,
    )


def parameters_with(numbers: pd.DataFrame) -> pd.DataFrame:
    """A row for every parameter of the model; numbers: of a posterior."""
    rows = []
    by_path: dict[str, dict[Any, Any]] = {str(row["parameter"]): row for row in numbers.to_dict("records")}
    for path, item in all_parameters().items():
        own = by_path.get(path, {"prior_value": item.default, "identified": False})
        fitted = bool(own["identified"])
        about = {"unit": item.unit, "low": item.low, "high": item.high, "meaning": item.meaning}
        value = {"role": "fitted" if fitted else "prior", "value": own["estimate" if fitted else "prior_value"]}
        known = basis_of(path, item, fitted=fitted)
        rows.append({"parameter": path, **value, **about, "prior_value": own["prior_value"], **known})
    table = pd.DataFrame(rows).merge(numbers.drop(columns=["prior_value", "estimate"]), how="left", on="parameter")
    table["identified"] = table["identified"].map({True: "yes", False: "no"}).fillna("")
    last = ["known_before_2022", "why"]
    return table[[name for name in table if name not in last] + last]


def _stance_used(rates: FormatRates) -> Array:
    """The values of the stance that runs use, as sampled."""
    own = rates.parameters[rates.parameters["record"] == "stance"].set_index("parameter").loc[[p.name for p in PRIORS]]
    return np.asarray([np.log(x) if p.logarithmic else x for x, p in zip(own["estimate"], PRIORS, strict=True)])


def _left_out(
    tables: Tables, members: Membership, plan: FitPlan, on_fit: Callable[[str], None]
) -> dict[str, list[pd.DataFrame]]:
    """Fits without each power, series or country, in units of the model."""
    found: dict[str, list[pd.DataFrame]] = {POWERS: [], COUNTRIES: []}
    for record, read in RECORDS.items():
        table = leave_one_out(read(tables), plan.left_out)
        found[UNITS[record]].append(_renamed(record, table))
        on_fit(f"{record} without each of {table['without'].nunique()} {UNITS[record]}")
    found[COUNTRIES].append(pd.DataFrame(_without_country(tables)))
    found[COUNTRIES].append(pd.DataFrame(_without_member(members)))
    return found


def _renamed(record: str, table: pd.DataFrame) -> pd.DataFrame:
    """Of `leave_one_out` under the names of the model."""
    paths = table["parameter"].map(MODEL_NAMES[record])
    columns = {
        name: [in_model(path, value) for path, value in zip(paths, table[name], strict=True)]
        for name in ("posterior_mean", "posterior_sd")
    }
    return table[["without"]].assign(record=record, parameter=paths, **columns)


def _without_country(tables: Tables) -> Iterator[dict[str, object]]:
    """Likeliest drift and best vote rule without each country."""
    for country, drift in left_out(changes(recorded(tables)), nu=NU).items():
        values = {**{f"sigma_{domain}": sigma for domain, sigma in drift.sigma.items()}, "phi": drift.phi}
        yield from _rows(country, DRIFT, values)
    history = recorded_history(tables)
    axes = tables.table("axes")
    for place, country in enumerate(axes.loc[axes["axis"] == "country", "code"]):
        others = replace(history, votes=np.delete(history.votes, place, axis=0))
        yield from _rows(country, VOTES, asdict(fit_votes(others, until=LAST_YEAR).rule))


def _without_member(members: Membership) -> Iterator[dict[str, object]]:
    """Mean rates of accession and exit without each country."""
    for country in members.groups:
        values = {name: float(GRID @ members.posterior(name, without=country)) for name in CENTRES}
        yield from _rows(country, MEMBERSHIP, values)


def _rows(country: str, record: str, values: Mapping[str, float]) -> Iterator[dict[str, object]]:
    for symbol, value in values.items():
        path = MODEL_NAMES[record][symbol]
        yield {"without": country, "record": record, "parameter": path, "posterior_mean": in_model(path, value)}


def _with_shift(table: pd.DataFrame, found: Posterior) -> pd.DataFrame:
    """With what leaving out moves, in posterior standard deviations of the complete fit."""
    own = found.numbers.set_index("parameter").loc[table["parameter"]]
    moved = (table["posterior_mean"].to_numpy() - own["posterior_mean"].to_numpy()) / own["posterior_sd"].to_numpy()
    return table.assign(shift=moved)


def _facts(plan: FitPlan, drift: DriftFit, votes: VoteFit) -> dict[str, object]:
    return {
        "years": [1992, LAST_YEAR],
        "plan": asdict(plan),
        "drift": {
            "changes": dict(drift.cells),
            "nu": drift.drift.nu,
            "log_likelihood": drift.log_likelihood,
        },
        "votes": {**votes.votes, "best": asdict(votes.rule), "log_scores": votes.scores.to_dict("records")},
    }


FITTED, DECLARED = "fitted", "declared"
"""What holds of numbers that the file does not name: those fitted, and all others."""


def basis_of(path: str, item: Parameter, *, fitted: bool) -> dict[str, str]:
    """Of one parameter: known_before_2022 (yes or no) and why."""
    known = known_before_2022()
    entry = known.get(path) or known[FITTED if fitted else DECLARED]
    why = entry["why"].strip()
    if not fitted and item.source != "assumption":
        why += f" Form or sign: {item.source}."
    return {"known_before_2022": entry["known"], "why": why}


HEAD = "# How this calibration was fitted. Written by `hedgesim calibrate`.\n"
DIGITS = 6
"""Significant digits of numbers on file; a chain does not give as many."""


def write_calibration(folder: Path, fitted: Calibration, *, began: str) -> None:
    """Write a calibration; a folder in `data/calibration` is used under its name."""
    tables = {PARAMETERS: fitted.parameters, POSTERIOR: fitted.draws}
    tables |= {f"left_out_{name}.csv": table for name, table in fitted.left_out.items()}
    manifest = {
        "name": folder.name,
        "edition": EDITION,
        **fitted.facts,
        "sources_digest": digest_of_sources(),
        **versions("emcee"),
        "began": began,
        "ended": now(),
    }
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=110)
    place = Folder(folder)
    place.prepare()
    files = ((name, as_csv(table)) for name, table in tables.items())
    with place.drafts([*files, (MANIFEST, (HEAD + text).encode())]) as drafts:
        place.keep(drafts)


def as_csv(table: pd.DataFrame) -> bytes:
    """A table as it is on file."""
    return table.to_csv(index=False, lineterminator="\n", float_format=f"%.{DIGITS}g").encode()
