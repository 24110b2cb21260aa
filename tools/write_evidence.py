"""Write docs/evidence.md and its charts from stored results; prints nothing that was not computed.

    python tools/write_evidence.py RESULTS_DIR

RESULTS_DIR holds the folders that `make evidence` fills. Notes by hand are in tools/evidence_notes.yaml.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from hedgesim.results.findings import read_findings
from hedgesim.scenario.calibrations import home
from hedgesim.scenario.tables import read_tables

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "evidence.md"
IMAGES = ROOT / "docs" / "images" / "evidence"
NOTES = Path(__file__).parent / "evidence_notes.yaml"
CALIBRATION = "trained_2015_2021"
PERSISTENCE = "persistence"
SILENT = "the record of the years does not move with it"
STRONG = 0.4
"""Rank correlation above which two parameters are named as hardly distinguishable."""


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines)


def image(folder: Path, name: str, caption: str) -> str:
    """A chart of a results folder, copied beside the page."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / "charts" / f"{name}.png", IMAGES / f"{name}.png")
    return f"![{caption}](images/evidence/{name}.png)"


def paragraphs(*parts: str) -> str:
    """Parts of a section, one after the other."""
    return "\n\n".join(parts)


def rows_of(frame: pd.DataFrame, columns: Mapping[str, str]) -> str:
    """Columns of a frame as a table; columns: by name the form of its cells, such as `{:.2f}`."""
    cells = [[form.format(row[name]) for name, form in columns.items()] for row in frame.to_dict("records")]
    return table([name.replace("_", " ") for name in columns], cells)


def calibration(results: Path) -> str:
    """What was fitted, how, and how well it is identified."""
    folder = home() / CALIBRATION
    facts: dict[str, Any] = yaml.safe_load((folder / "manifest.yaml").read_text(encoding="utf-8"))
    parameters = pd.read_csv(folder / "parameters.csv")
    fitted = parameters[parameters["role"] != "swept"].sort_values("width_ratio")
    swept = parameters[parameters["role"] == "swept"]
    forms = {"parameter": "`{}`", "prior_low": "{:g}", "prior_mode": "{:g}", "prior_high": "{:g}"}
    forms |= dict.fromkeys(["posterior_q05", "posterior_q50", "posterior_q95"], "{:.3g}") | {"width_ratio": "{:.2f}"}
    seen, plan = facts["observations"], facts["plan"]
    draws, prior = facts["log_likelihood_of_draws"], facts["log_likelihood_of_prior"]
    silent = int((swept["why"] == SILENT).sum())
    return paragraphs(
        f"Years {facts['years'][0]} to {facts['years'][1]}, scenario `{facts['scenario']}`: {seen['shares']} shares, "
        f"{seen['meetings']} counts of meetings and {seen['statuses']} statuses. {facts['runs']} runs from "
        f"{facts['began']} to {facts['ended']}: {plan['sets']} sets of the screening, then {plan['walkers']} walkers "
        f"of {plan['steps']} steps after {plan['warm_up']}, {plan['replications']} runs a set. Moves accepted "
        f"{facts['accepted']:.2f}, correlation time {facts['correlation_time']:.0f} steps.",
        f"Log likelihood (5, 50, 95 %): prior {_three(prior)}, posterior {_three(draws)}; shipped values "
        f"{facts['log_likelihood_of_shipped']:.1f}.",
        rows_of(fitted, forms),
        f"Not fitted: {len(swept)} parameters, {silent} of them because the record of these years does not depend on "
        "them beyond chance; `parameters.csv` of the calibration gives each with its reason. Rank correlations above "
        f".4: {_strong(folder)}.",
        _again(results / "calibration" / CALIBRATION, fitted),
    )


def _again(folder: Path, shipped: pd.DataFrame) -> str:
    """How far a repeated fit is from the shipped one."""
    if not (folder / "parameters.csv").is_file():
        return ""
    again = pd.read_csv(folder / "parameters.csv").set_index("parameter")["posterior_q50"]
    own = shipped.set_index("parameter")
    both = [name for name in own.index if again.get(name) == again.get(name) and name in again.index]
    apart = ((again[both] - own.loc[both, "posterior_q50"]) / own.loc[both, "prior_sd"]).abs()
    return (
        f"In the fit repeated by `make evidence`, {len(both)} of {len(own)} parameters are fitted, and their medians "
        f"are within {apart.max():.2f} prior standard deviations of the shipped ones."
    )


def _three(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.1f}" for value in values)


def _strong(folder: Path) -> str:
    """Pairs of parameters that the record hardly distinguishes."""
    frame = pd.read_csv(folder / "correlations.csv").set_index("parameter")
    pairs = [(a, b, frame.loc[a, b]) for n, a in enumerate(frame.index) for b in frame.columns[n + 1 :]]
    strong = sorted((pair for pair in pairs if abs(pair[2]) > STRONG), key=lambda pair: -abs(pair[2]))
    return ", ".join(f"`{a}` and `{b}` {value:+.2f}" for a, b, value in strong) or "none"


def with_skill(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with a column that gives skill and interval as text."""
    text = [f"{row.value:+.3f} ({row.low:+.3f} to {row.high:+.3f})" for row in frame.itertuples()]
    return frame.assign(**{"skill (90 %)": text})


def hindcast(results: Path) -> str:
    """How forecasts of later years scored."""
    folder = results / "hindcast"
    tables, _ = read_findings(folder, "hindcast")
    skills = with_skill(tables["skills"])
    base = skills[skills["variant"] == "base"]
    others = skills[(skills["variant"] != "base") & (skills["baseline"] == PERSISTENCE)]
    statuses = tables["statuses"].groupby(["change", "forecaster"])["brier"].sum().unstack()
    left = {"country": "{}", "cells": "{}", "crps_fitted": "{:.4f}", "crps_left_out": "{:.4f}"}
    left |= {"crps_persistence": "{:.4f}", "draws_worth": "{:.0f}"}
    votes = {"country": "{}"} | dict.fromkeys([c for c in tables["votes"].columns if c != "country"], "{:.2f}")
    score = {
        "part": "{}",
        "baseline": "{}",
        "own": "{:.4f}",
        "of_baseline": "{:.4f}",
        "skill (90 %)": "{}",
        "cases": "{}",
    }
    histories = sorted(path.stem for path in (folder / "charts").glob("history_*.png"))
    return paragraphs(
        rows_of(base, score),
        image(folder, "skill", "Skill against baselines"),
        image(folder, "shares", "Shares cell by cell"),
        image(folder, "chances", "PIT histogram and reliability diagram"),
        "Statuses in formal bodies that rise or fall, and sanctions joined; sums of Brier scores:",
        rows_of(statuses.reset_index(), {"change": "{}"} | dict.fromkeys(map(str, statuses.columns), "{:.3f}")),
        "### Shocks half and twice as large, and the prior in place of the posterior",
        rows_of(others, {"variant": "{}", "part": "{}", "skill (90 %)": "{}"}),
        "### Countries left out of the fit",
        rows_of(tables["left_out"], left),
        "### Forecast votes",
        "On a resolution hostile to the aggressor, first quarter after the start. None is sourced, so none is scored.",
        rows_of(tables["votes"], votes),
        "### History beside the record",
        *(image(folder, name, name.replace("_", " ")) for name in histories),
    )


def ablation(results: Path) -> str:
    """What the effects depend on, mechanism by mechanism."""
    tables, facts = read_findings(results / "ablate", "ablate")
    effects, scores = tables["effects"], tables["scores"]
    sure = (effects["q05"] > 0.0) | (effects["q95"] < 0.0)
    effects = effects.assign(text=[f"{m:+.4f}{'*' if s else ''}" for m, s in zip(effects["mean"], sure, strict=True)])
    names = list(dict.fromkeys(effects["without"]))
    wide = effects.pivot(index="without", columns="outcome", values="text").loc[names, effects["outcome"].unique()]
    skill = scores[scores["baseline"] == PERSISTENCE].pivot(index="without", columns="part", values="value").loc[names]
    for part in ("all shares", "meetings"):
        wide[f"skill, {part}"] = skill[part].map("{:+.3f}".format)
    held = tables["patterns"].pivot(index="without", columns="pattern", values="verdict").loc[names]
    whole = held.loc[names[0]]
    moved = [[f"{p} {own[p]}" for p in held.columns if own[p] != whole[p]] for _, own in held.iterrows()]
    wide["patterns that change"] = [", ".join(change) for change in moved]
    first, other = facts["pair"]
    frame = wide.reset_index()
    return paragraphs(
        f"Effects of the shock: `{first}` less `{other}` at the end, mean over {facts['runs']} paired runs with "
        "shipped values; * where 90 % of runs have one sign. Skill: against persistence in the hindcast.",
        rows_of(frame, dict.fromkeys(map(str, frame.columns), "{}")),
    )


def patterns(results: Path) -> str:
    """Verdicts of the patterns."""
    folder = results / "patterns"
    tables, facts = read_findings(folder, "patterns")
    totals = facts["totals"]
    frame = tables["patterns"]
    for name in ("habit", "random", "no_shock", "counts"):
        frame[name] = frame[name].map({True: "yes", False: "no"})
    columns = ("pattern", "statement", "verdict", "habit", "random", "no_shock", "pooled", "counts")
    return paragraphs(
        f"**{totals['hold']} of {totals['patterns']} patterns hold; {totals['count']} hold and discriminate "
        f"the model from habit, chance and no shock (aim: {totals['aim']}); with countries all alike "
        f"{totals['count_pooled']} do.** {facts['runs']} runs of every scenario, parameters "
        f"`{facts['parameters']}`. What each means and why its interval is as it is: [patterns.md](patterns.md).",
        rows_of(frame, dict.fromkeys(columns, "{}")),
        image(folder, "patterns", "Every part of every pattern: accepted, observed, simulated"),
    )


def sensitivity(results: Path) -> str:
    """What drives outcomes: Sobol indices of what may be fitted, Morris effects of formats."""
    parts = []
    for name, method, measure in (("sensitivity", "sobol", "ST"), ("screening", "morris", "mu_star")):
        folder = results / name / "sensitivity" / method
        tables, _ = read_findings(folder, "sensitivity")
        indices = tables["indices"]
        own = indices[indices["measure"] == measure]
        first = own.sort_values(["outcome", "value"], ascending=[True, False]).groupby("outcome").head(LARGEST)
        first = first.assign(factor=first["factor"].str.removeprefix("settings."))
        forms = {"outcome": "{}", "factor": "`{}`", "value": "{:.3f}", "confidence": "± {:.3f}"}
        noise = ", ".join(f"{row.outcome} {100 * row.noise:.1f} %" for row in tables["basis"].itertuples())
        parts += [
            f"### `{name}`: {METHODS[method]}",
            f"The {LARGEST} largest of each outcome; 95 % intervals of the bootstrap; share of the variance "
            f"that is Monte Carlo error: {noise}.",
            rows_of(first, forms),
        ]
    parts.append(image(results / "sensitivity" / "sensitivity" / "sobol", "hedging_index", "Sobol indices of hedging"))
    return paragraphs(*parts)


LARGEST = 4
METHODS = {
    "sobol": "total effects (Sobol), the share of the variance to which a parameter contributes",
    "morris": "mean absolute effects (Morris), in units of the outcome over the complete range",
}


def landscape(results: Path) -> str:
    """What landscape theory says of a scenario, beside the runs."""
    found = json.loads((results / "landscape.json").read_text(encoding="utf-8"))
    lowest = found["minima"][0]
    comparison = found["comparison"]
    forms = {
        "country": "{}",
        "on_side": "{:.2f}",
        "across_start": "{:.3f}",
        "across": "{:.3f}",
        "hedging_index": "{:.3f}",
    }
    one, other = (", ".join(side) for side in lowest["sides"])
    return paragraphs(
        f"`{found['scenario']}` at {found['start']}: {len(found['minima'])} local minima of {found['bipartitions']} "
        f"bipartitions. Lowest, energy {lowest['energy']:.2f}: {one} against {other}. Beside it {comparison['runs']} "
        f"runs to {comparison['period']}: share of runs that lean to the side, presence across the line at the start "
        "and then, hedging index. More in [landscape.md](landscape.md).",
        rows_of(pd.DataFrame(comparison["countries"]), forms),
    )


def record() -> str:
    """What is fitted and scored, in numbers."""
    frame = read_tables().table("record")
    exact = int((frame["low"] == frame["high"]).sum())
    groups = ", ".join(f"{name} {len(own)}" for name, own in frame.groupby("domain"))
    return f"{len(frame)} shares of a year, {exact} exact and the others between bounds; {groups}"


SECTIONS: dict[str, Callable[[Path], str]] = {
    "calibration": calibration,
    "patterns": patterns,
    "hindcast": hindcast,
    "ablation": ablation,
    "sensitivity": sensitivity,
    "landscape": landscape,
}


def main(arguments: list[str]) -> int:
    """Write the page."""
    if len(arguments) != 1:
        sys.stderr.write(f"{__doc__}")
        return 2
    results = Path(arguments[0])
    notes: dict[str, str] = yaml.safe_load(NOTES.read_text(encoding="utf-8"))
    text = notes["frame"].replace("{record}", record()).replace("{recovery}", notes["recovery"])
    for name, section in SECTIONS.items():
        text = text.replace(f"{{{name}}}", section(results)).replace(f"{{{name} notes}}", notes.get(name, ""))
    PAGE.write_text(text, encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
