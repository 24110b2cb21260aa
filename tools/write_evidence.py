"""Write docs/evidence.md and its charts from stored results; prints nothing that was not computed.

    python tools/write_evidence.py RESULTS_DIR

RESULTS_DIR holds the folders that `make evidence` fills. Notes by hand lie in tools/judgements/evidence_notes.yaml.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from hedgesim.batch.findings import read_findings
from hedgesim.scenario.calibrations import home

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "evidence.md"
IMAGES = ROOT / "docs" / "images" / "evidence"
NOTES = Path(__file__).parent / "judgements" / "evidence_notes.yaml"
CALIBRATION = "trained_2015_2021"
PERSISTENCE = "persistence"


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines)


def image(folder: Path, name: str, caption: str) -> str:
    """A chart of a results folder, copied beside the page."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / "charts" / f"{name}.png", IMAGES / f"{name}.png")
    return f"![{caption}](images/evidence/{name}.png)"


def skill(row: Any) -> str:
    """A skill with its interval."""
    return f"{row.value:+.3f} ({row.low:+.3f} to {row.high:+.3f})"


def calibration() -> str:
    """What was fitted, how, and how well it can be told."""
    folder = home() / CALIBRATION
    manifest = yaml.safe_load((folder / "manifest.yaml").read_text(encoding="utf-8"))
    parameters = pd.read_csv(folder / "parameters.csv")
    fitted = parameters[parameters["role"] == "fitted"].sort_values("width_ratio")
    rows = [
        [
            f"`{row.parameter}`",
            f"{row.prior_low:g} .. {row.prior_mode:g} .. {row.prior_high:g}",
            f"{row.posterior_q50:.3g} ({row.posterior_q05:.3g} to {row.posterior_q95:.3g})",
            f"{row.width_ratio:.2f}",
        ]
        for row in fitted.itertuples()
    ]
    correlations = pd.read_csv(folder / "correlations.csv").set_index("parameter")
    pairs = correlations.where(~pd.DataFrame(_lower(len(correlations)), correlations.index, correlations.columns)).stack()
    strong = pairs[pairs.abs() > 0.4].sort_values(key=abs, ascending=False)
    told = [f"`{a}` and `{b}` {value:+.2f}" for (a, b), value in strong.items()]
    swept = parameters[parameters["role"] == "swept"]
    unseen = int((swept["why"] == "the record of the years does not move with it").sum())
    facts = manifest["observations"]
    draws, prior = manifest["log_likelihood_of_draws"], manifest["log_likelihood_of_prior"]
    return "\n\n".join(
        [
            f"Years {manifest['years'][0]} to {manifest['years'][1]}, scenario `{manifest['scenario']}`; "
            f"{facts['shares']} shares, {facts['meetings']} counts of meetings and {facts['statuses']} statuses observed; "
            f"{manifest['runs']} runs, {manifest['plan']['walkers']} walkers, {manifest['plan']['steps']} steps after "
            f"{manifest['plan']['warm_up']}; moves accepted {manifest['accepted']:.2f}, correlation time "
            f"{manifest['correlation_time']:.0f} steps. Log likelihood: prior {prior[1]:.1f} ({prior[0]:.1f} to "
            f"{prior[2]:.1f}), posterior {draws[1]:.1f} ({draws[0]:.1f} to {draws[2]:.1f}), shipped values "
            f"{manifest['log_likelihood_of_shipped']:.1f}.",
            table(["fitted", "prior from .. mode .. to", "posterior median (5 to 95 %)", "width over prior's"], rows),
            f"Only swept: {len(swept)} parameters, {unseen} of them because the record of these years does not move with "
            "them beyond chance; `parameters.csv` gives each with its reason. Rank correlations above .4: "
            + (", ".join(told) or "none")
            + ".",
        ]
    )


def _lower(n: int) -> list[list[bool]]:
    """True on and below the diagonal."""
    return [[column <= row for column in range(n)] for row in range(n)]


def hindcast(results: Path) -> str:
    """How forecasts of later years scored."""
    folder = results / "hindcast"
    tables, _ = read_findings(folder, "hindcast")
    skills = tables["skills"]
    base = skills[skills["variant"] == "base"]
    rows = [[r.part, r.rival, f"{r.own:.4f}", f"{r.of_rival:.4f}", skill(r), r.cases] for r in base.itertuples()]
    others = skills[(skills["variant"] != "base") & (skills["rival"] == PERSISTENCE)]
    statuses = tables["statuses"].groupby("forecaster")["brier"].sum()
    left = [
        [r.country, r.cells, f"{r.crps_seen:.4f}", f"{r.crps_left_out:.4f}", f"{r.crps_persistence:.4f}", f"{r.draws_worth:.0f}"]
        for r in tables["left_out"].itertuples()
    ]
    votes = [[r.country, *(f"{x:.2f}" for x in (r.vote_no, r.vote_abstain, r.vote_yes, r.vote_absent))] for r in tables["votes"].itertuples()]
    courses = sorted(path.stem for path in (folder / "charts").glob("history_*.png"))
    return "\n\n".join(
        [
            table(["what", "rival", "model's score", "rival's", "skill (90 %)", "cases"], rows),
            image(folder, "skill", "Skill against rivals"),
            image(folder, "shares", "Shares cell by cell"),
            image(folder, "chances", "PIT histogram and reliability diagram"),
            "Statuses in formal bodies, sum of Brier scores: "
            + ", ".join(f"{name} {value:.3f}" for name, value in statuses.items())
            + ".",
            "### Shocks half and twice as large, and the prior",
            table(["variant", "what", "skill against persistence (90 %)"], [[r.variant, r.part, skill(r)] for r in others.itertuples()]),
            "### Countries left out",
            table(["country", "cells", "CRPS seen", "CRPS left out", "CRPS persistence", "equal draws"], left),
            "### Votes foretold",
            "On a resolution hostile to the aggressor in the first quarter after the start. None is sourced in the tables, so none is scored.",
            table(["country", "no", "abstain", "yes", "absent"], votes),
            "### History beside the record",
            *(image(folder, name, name.replace("_", " ")) for name in courses),
        ]
    )


def ablation(results: Path) -> str:
    """What each mechanism carries."""
    tables, manifest = read_findings(results / "ablate", "ablate")
    effects, scores = tables["effects"], tables["scores"]
    outcomes = list(dict.fromkeys(effects["outcome"]))
    rows = []
    for name, own in effects.groupby("without", sort=False):
        cells = [
            f"{r.mean:+.4f}{'*' if r.q05 > 0 or r.q95 < 0 else ''}" for r in own.set_index("outcome").loc[outcomes].itertuples()
        ]
        part = scores[(scores["without"] == name) & (scores["rival"] == PERSISTENCE)].set_index("part")["value"]
        rows.append([name, *cells, f"{part['all shares']:+.3f}", f"{part['meetings']:+.3f}"])
    first, other = manifest["pair"]
    return "\n\n".join(
        [
            f"Effects of the shock: `{first}` less `{other}` at the end, mean over {manifest['runs']} paired runs; * where "
            "90 % of runs have one sign. Skill against persistence in the hindcast.",
            table(["without", *outcomes, "skill, shares", "skill, meetings"], rows),
        ]
    )


SECTIONS: dict[str, Callable[[Path], str]] = {
    "calibration": lambda _: calibration(),
    "hindcast": hindcast,
    "ablation": ablation,
}


def main(arguments: list[str]) -> int:
    """Write the page."""
    if len(arguments) != 1:
        sys.stderr.write(f"{__doc__}")
        return 2
    results = Path(arguments[0])
    notes: dict[str, str] = yaml.safe_load(NOTES.read_text(encoding="utf-8"))
    text = notes["frame"]
    for name, section in SECTIONS.items():
        text = text.replace(f"{{{name}}}", section(results)).replace(f"{{{name} notes}}", notes.get(name, ""))
    PAGE.write_text(text, encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
