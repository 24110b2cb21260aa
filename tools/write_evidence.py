"""Write docs/evidence.md, its charts and the coverage of the shipped bands from stored results alone.

    python tools/write_evidence.py RESULTS_DIR

RESULTS_DIR holds the folders that `make evidence` fills. Notes by hand are in tools/evidence_notes.yaml.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from hedgesim.analysis.calibration.fit import as_csv
from hedgesim.analysis.hindcast.baselines import PERSISTENCE
from hedgesim.analysis.hindcast.hindcast import EXPECTED
from hedgesim.analysis.hindcast.history import later
from hedgesim.analysis.patterns import quantities
from hedgesim.model.votes import CHOICES
from hedgesim.results.results import read_findings
from hedgesim.scenario.calibrations import COVERAGE, PATTERNS, SHIPPED, home, parameters_of
from hedgesim.scenario.tables import read_tables

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "evidence.md"
IMAGES = ROOT / "docs" / "images" / "evidence"
NOTES = Path(__file__).parent / "evidence_notes.yaml"
BANDS = "beyond_record"
"""A statistic that is of shares and names no quantity."""

LARGEST_SHIFTS = 8
"""Shifts that are named of fits without one of the actors."""


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
    """What was fitted, how, how well it is identified, and what was known when values were chosen."""
    folder = home() / SHIPPED
    facts: dict[str, Any] = yaml.safe_load((folder / "manifest.yaml").read_text(encoding="utf-8"))
    parameters = parameters_of(SHIPPED)
    own = parameters[parameters["identified"].notna()].sort_values("width_ratio")
    forms = {"parameter": "`{}`", "symbol": "{}", "record": "{}"}
    forms |= dict.fromkeys(["prior_value", "posterior_q05", "posterior_q50", "posterior_q95"], "{:.3g}")
    forms |= {"width_ratio": "{:.2f}", "identified": "{}", "value": "{:.3g}"}
    chains = ", ".join(f"{one['record']} {one['correlation_time']:.0f}" for one in facts["chains"])
    drift, votes, plan = facts["drift"], facts["votes"], facts["plan"]["chain"]
    changes = " and ".join(f"{n} in {domain}" for domain, n in drift["changes"].items())
    return paragraphs(
        f"The fit uses no simulation and no data later than {facts['years'][1]}. Events from "
        f"{facts['years'][0]} on: {plan['walkers']} walkers of {plan['steps']} steps (correlation times: {chains}). "
        f"Drift: yearly changes, {changes}, at {drift['nu']:g} degrees of freedom. Votes: {votes['fitted']} of earlier "
        f"years. The record contains information on {len(own)} of {len(parameters)} parameters. A parameter is "
        "*identified* if its posterior variance is at most half of its prior variance (width ratio, posterior over "
        "prior, at most .71). The other parameters keep their prior value.",
        rows_of(own, forms),
        "### Largest changes when a power, a series of meetings or a country is left out",
        *(_left_out(folder, name) for name in ("powers", "countries")),
        "### What was known when a value was chosen",
        _known(parameters),
    )


def _left_out(folder: Path, name: str) -> str:
    """The largest shifts of fits without one of the actors."""
    frame = pd.read_csv(folder / f"left_out_{name}.csv")
    first = frame.loc[frame["shift"].abs().nlargest(LARGEST_SHIFTS).index]
    forms = {"without": "{}", "parameter": "`{}`", "posterior_mean": "{:.3g}", "shift": "{:+.1f}"}
    return f"Without one of the {name}; shift in posterior standard deviations:\n\n{rows_of(first, forms)}"


def _known(parameters: pd.DataFrame) -> str:
    """Parameters by what was known when their value was chosen."""
    groups = parameters.groupby(["known_before_2022", "why"], sort=False)["parameter"].agg(list)
    rows = [(", ".join(f"`{path}`" for path in paths), known, why) for (known, why), paths in groups.items()]
    return table(["parameters", "known before 2022", "why"], sorted(rows, key=lambda row: row[1], reverse=True))


def with_skill(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with a column that gives skill and interval as text."""
    text = [f"{row.value:+.3f} ({row.low:+.3f} to {row.high:+.3f})" for row in frame.itertuples()]
    return frame.assign(**{"skill (90 %)": text})


def hindcast(results: Path) -> str:
    """How forecasts of later years scored."""
    folder = results / "hindcast"
    tables, _ = read_findings(folder, "hindcast")
    (home() / SHIPPED / COVERAGE).write_bytes(as_csv(later(tables["coverage"])))
    skills = with_skill(tables["skills"])
    base = skills[skills["variant"] == "base"]
    others = skills[(skills["variant"] != "base") & (skills["baseline"] == PERSISTENCE)]
    statuses = tables["statuses"].groupby(["change", "forecaster"])["brier"].sum().unstack().reset_index()
    score = dict.fromkeys(["part", "baseline"], "{}") | dict.fromkeys(["own", "of_baseline"], "{:.4f}")
    score |= {"skill (90 %)": "{}", "cases": "{}"}
    covered = dict.fromkeys(["domain", "years", "ahead", "cells", "inside", "below", "above"], "{}")
    tenths = tables["coverage"].filter(like="pit_").astype(str).agg(" ".join, axis=1)
    coverage = tables["coverage"].assign(**{"share inside": tables["coverage"].eval("inside / cells"), "PIT": tenths})
    votes = dict.fromkeys(["country", "kind"], "{}") | dict.fromkeys(CHOICES, "{:.2f}")
    histories = sorted(path.stem for path in (folder / "charts").glob("history_*.png"))
    return paragraphs(
        f"**{EXPECTED}**",
        "### Levels of shares",
        rows_of(base[base["score"] == "crps"], score),
        image(folder, "skill", "Skill against baselines"),
        image(folder, "shares", "Shares cell by cell"),
        image(folder, "chances", "PIT histogram and reliability diagram"),
        "### Coverage of 90 % bands, one to five years ahead",
        "Runs of `history` with shipped values, from every recorded share. The drift was fitted to the years to 2021. "
        "PIT: number of cells in each tenth; the numbers are similar if bands are right.",
        rows_of(coverage, covered | {"share inside": "{:.2f}", "median_pit": "{:.2f}", "PIT": "{}"}),
        "### Meetings",
        rows_of(base[base["part"] == "meetings"], score),
        "### Statuses in formal bodies that rise or fall, and sanctions joined",
        "Sums of Brier scores; a forecast without error has 0.",
        rows_of(statuses, {"change": "{}"} | dict.fromkeys(map(str, statuses.columns[1:]), "{:.3f}")),
        "### Votes",
        "The recorded votes end in 2021; the rule was fitted to votes up to 2019. Skill on votes of 2020 and 2021:",
        rows_of(base[base["part"] == "votes"], score),
        "Forecast of a vote on a resolution hostile to the aggressor in the first quarter after the start, not scored:",
        rows_of(tables["votes"], votes),
        "### Shocks half and twice as large",
        rows_of(others, {"variant": "{}", "part": "{}", "skill (90 %)": "{}"}),
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
        "shipped values. *: 90 % of runs have the same sign. Skill: against persistence in the hindcast.",
        rows_of(frame, dict.fromkeys(map(str, frame.columns), "{}")),
    )


def patterns(results: Path) -> str:
    """Verdicts of the patterns."""
    folder = results / "patterns"
    tables, facts = read_findings(folder, "patterns")
    totals = facts["totals"]
    frame = tables["patterns"]
    said = {name: ";".join(dict.fromkeys(_quantities(parts))) for name, parts in _statistics().items()}
    scored = frame.loc[~frame["placebo"].astype(bool), ["pattern", "verdict"]]
    scored = scored.assign(quantities=scored["pattern"].map(said))
    (home() / SHIPPED / PATTERNS).write_bytes(as_csv(scored))
    for name in ("habit", "random", "no_shock", "counts"):
        frame[name] = frame[name].map({True: "yes", False: "no"})
    columns = ("pattern", "statement", "verdict", "habit", "random", "no_shock", "pooled", "counts", "built_in")
    return paragraphs(
        f"**{totals['hold']} of {totals['patterns']} patterns hold; {totals['count']} hold and discriminate "
        f"the model from habit, chance and no shock (aim: {totals['aim']}), {totals['count_built_in']} of them wholly "
        f"built in; with countries all alike {totals['count_pooled']} do.** {facts['runs']} runs of every scenario, "
        f"parameters `{facts['parameters']}`. [patterns.md](patterns.md) explains each pattern and its interval.",
        rows_of(frame, dict.fromkeys(columns, "{}")),
        image(folder, "patterns", "Every part of every pattern: accepted, observed, simulated"),
    )


def _statistics() -> dict[str, list[object]]:
    """The statistics of every pattern as its file has them."""
    text = (resources.files("hedgesim") / "data" / "patterns.yaml").read_text(encoding="utf-8")
    patterns = yaml.safe_load(text)["patterns"]
    return {name: [part["statistic"] for part in one["parts"]] for name, one in patterns.items()}


def _quantities(node: object) -> Iterator[str]:
    """Names of the quantities in a statistic, of outcomes the outcome."""
    if isinstance(node, dict):
        if node.get("name") in {*quantities.quantity.models, BANDS}:
            yield str(node.get("outcome", node["name"]))
        for child in node.values():
            yield from _quantities(child)
    elif isinstance(node, list):
        for child in node:
            yield from _quantities(child)


def sensitivity(results: Path) -> str:
    """What drives outcomes: Sobol indices of what may be fitted, Morris effects of formats."""
    parts = []
    for name, found, measure in SWEEPS:
        folder, method = results / name / "sensitivity" / found, found.partition("_less_")[0]
        tables, facts = read_findings(folder, "sensitivity")
        indices = tables["indices"]
        own = indices[indices["measure"] == measure]
        first = own.sort_values(["outcome", "value"], ascending=[True, False]).groupby("outcome").head(LARGEST)
        first = first.assign(factor=first["factor"].str.removeprefix("settings."))
        forms = {"outcome": "{}", "factor": "`{}`", "value": "{:.3f}", "confidence": "± {:.3f}"}
        noise = ", ".join(f"{row.outcome} {100 * row.noise:.1f} %" for row in tables["basis"].itertuples())
        parts += [
            f"### `{name}`{LESS.format(**facts) if facts.get('less') else ''}: {METHODS[method]}",
            f"The {LARGEST} largest of each outcome; 95 % intervals of the bootstrap; share of the variance "
            f"that is Monte Carlo error: {noise}.",
            rows_of(first, forms),
        ]
    parts.append(image(results / "sensitivity" / "sensitivity" / "sobol", "hedging_index", "Sobol indices of hedging"))
    return paragraphs(*parts)


LARGEST = 4
SWEEPS = (
    ("sensitivity", "sobol", "ST"),
    ("founding_question", "sobol_less_no_war", "ST"),
    ("screening", "morris", "mu_star"),
)
LESS = ", the difference to `{less}`"
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
        f"runs to {comparison['period']}: share of runs that lean to the side, presence with the other side at the "
        "start and at the end, hedging index. More in [landscape.md](landscape.md).",
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
        read = f"**Read.** {notes[name]}" if name in notes else ""
        text = text.replace(f"{{{name}}}", section(results)).replace(f"{{{name} notes}}", read)
    PAGE.write_text(text, encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
