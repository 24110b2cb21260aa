"""Boxes of a condition: a known corner through sweep and store, measures counted again by hand, conditions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from tests.analysis.known import CORNER, ISHIGAMI, OUTCOME, path_of, saying, swept

from hedgesim.analysis.boxes import Peeling, find_boxes
from hedgesim.analysis.condition import Condition
from hedgesim.analysis.discovery import discover
from hedgesim.errors import HedgesimError
from hedgesim.results.parquet import Where
from hedgesim.results.results import Results

N = 600


def inside(factors: pd.DataFrame, limits: pd.DataFrame) -> np.ndarray:
    """Which cases lie within limits."""
    within = np.ones(len(factors), dtype=bool)
    for row in limits.itertuples():
        column = factors[row.factor]
        kept = {"at least": column.ge, "at most": column.le, "among": column.isin}[row.limit]
        within &= kept(row.words.split(", ") if row.words else row.number).to_numpy()
    return within


def invented(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    numbers = {"a": rng.random(N), "b.c": rng.random(N) * 10, "few": rng.integers(0, 4, N)}
    return pd.DataFrame({**numbers, "word": rng.choice(list("xyz"), N)})


@pytest.fixture(scope="module")
def corner(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("corner")
    return swept(folder, "corner", CORNER, "design: sobol", "samples: 1024", "replications: 2")


def test_a_known_corner_is_found(corner: Results) -> None:
    runs = corner.table("runs")
    through = runs[runs["failed"].isna()]
    middle = (through[OUTCOME].min() + through[OUTCOME].max()) / 2
    found = discover(corner, f"{OUTCOME} > {middle}", of="runs")
    assert (found.cases, found.failed) == (len(through), len(runs) - len(through))
    limits = found.boxes.limits.set_index(["factor", "limit"])["number"]
    # the true corner is x1 > .6 and x2 < .3; peeling and pasting may miss its edge by the part they take at a time
    assert limits[path_of("x1"), "at least"] == pytest.approx(0.6, abs=0.02)
    assert limits[path_of("x2"), "at most"] == pytest.approx(0.3, abs=0.02)
    (box,) = found.chosen.to_dict("records")
    assert box["density"] > 0.97
    assert box["coverage"] > 0.9
    true = (through[path_of("x1")] > 0.6) & (through[path_of("x2")] < 0.3)
    assert found.hits == true.sum()


def test_cases_are_means_over_the_runs_of_a_point(corner: Results) -> None:
    found, of_runs = (discover(corner, f"{OUTCOME} > 0.22", of=of) for of in ("means", "runs"))
    assert found.cases == of_runs.cases / 2
    assert (found.name, of_runs.name) == (f"{OUTCOME}_above_0.22", f"{OUTCOME}_above_0.22_in_runs")
    assert discover(corner, f"{OUTCOME} > 0.22").cases == found.cases


@given(seed=st.integers(0, 10_000), boxes=st.integers(1, 3), density=st.sampled_from([None, 0.5, 0.7]))
@settings(max_examples=15)
def test_measures_are_those_of_the_cases_within_the_limits(seed: int, boxes: int, density: float | None) -> None:
    factors = invented(seed)
    rng = np.random.default_rng(seed + 1)
    chance = 0.1 + 0.7 * ((factors["a"] > 0.5) & (factors["word"] != "x"))
    hits = (rng.random(N) < chance).to_numpy()
    plan = Peeling(boxes=boxes, density=density)
    found = find_boxes(factors, hits, plan)
    first = found.steps[found.steps["box"] == 1].reset_index(drop=True)
    assert first.loc[0, ["coverage", "mass", "restricted"]].tolist() == [1.0, 1.0, 0]
    assert first.loc[0, "density"] == pytest.approx(hits.mean())
    peeled = first["mass"].diff() <= 0  # the others are pasted
    assert (first["coverage"].diff()[peeled] <= 0).all()
    chosen = found.steps[found.steps["chosen"]]
    assert len(chosen) <= boxes
    if density is not None:
        dense = first.loc[first["density"] >= density, "coverage"]
        assert chosen["coverage"].tolist()[:1] == sorted(dense)[-1:]
    left = np.ones(N, dtype=bool)
    for box in chosen.to_dict("records"):
        limits = found.limits[found.limits["box"] == box["box"]]
        own = left & inside(factors, limits)
        assert box["mass"] == pytest.approx(own.sum() / N)
        assert box["coverage"] == pytest.approx(hits[own].sum() / hits.sum())
        assert box["density"] == pytest.approx(hits[own].mean())
        assert box["density"] > hits.mean()
        assert box["mass"] >= plan.mass
        assert box["restricted"] == limits["factor"].nunique()
        assert density is None or box["density"] >= density
        for n, row in enumerate(limits.to_dict("records")):
            wider = left & inside(factors, limits.drop(index=limits.index[n]))
            p = stats.binom.sf(hits[own].sum() - 1, own.sum(), hits[wider].mean())
            assert row["quasi_p"] == pytest.approx(p)
        left &= ~own


@pytest.mark.parametrize(
    ("text", "condition", "name", "held"),
    [
        ("hedging_index < 0.4", Condition("hedging_index", "<", 0.4), "hedging_index_below_0.4", [-1]),
        (" presence_RUS>=.25 ", Condition("presence_RUS", ">=", 0.25), "presence_RUS_at_least_0.25", [0, 1]),
        ("realignments <= 1e0", Condition("realignments", "<=", 1.0), "realignments_at_most_1", [-1, 0]),
        ("similarity > -0.5", Condition("similarity", ">", -0.5), "similarity_above_-0.5", [1]),
    ],
)
def test_a_condition_is_read_and_holds_where_it_says(
    text: str, condition: Condition, name: str, held: list[int]
) -> None:
    assert Condition.read(text) == condition
    assert condition.name == name
    assert Condition.read(condition.text) == condition
    assert [by for by in (-1, 0, 1) if condition.holds(pd.Series([condition.number + by])).item()] == held


@pytest.mark.parametrize(
    "text",
    ["hedging_index", "< 0.4", "hedging_index < low", "0.2 < x < 0.4", "a = 1", "a < nan", "a < 1, b < 2", ""],
)
def test_other_conditions_are_refused(text: str) -> None:
    with saying("it is not OUTCOME < NUMBER. Use <, <=, > or >=: --when"):
        Condition.read(text)


@pytest.mark.parametrize(
    ("when", "options", "said"),
    [
        ("presence_RU < 0.2", {}, 'there is no outcome "presence_RU" of a run. Did you mean "presence_RUS"?'),
        (f"{OUTCOME} < 0", {}, "no case meets it: presence_RUS is between 0."),
        (f"{OUTCOME} < 1", {}, "every case meets it: presence_RUS is between 0."),
        (f"{OUTCOME} > 0.22", {"of": "points"}, "--of points: there are no such cases. Write --of means or --of runs."),
        (f"{OUTCOME} > 0.22", {"plan": Peeling(peel=0.0)}, "--peel 0: it must be between 0 and 0.5"),
        (f"{OUTCOME} > 0.22", {"plan": Peeling(mass=1.5)}, "--mass 1.5: it must be between 0 and 1"),
        (f"{OUTCOME} > 0.22", {"plan": Peeling(boxes=0)}, "--boxes 0: there must be at least one box"),
        (f"{OUTCOME} > 0.22", {"plan": Peeling(density=1.0)}, "--density 1: it must be between 0 and 1"),
    ],
)
def test_what_cannot_be_is_refused(corner: Results, when: str, options: dict[str, Any], said: str) -> None:
    with saying(said):
        discover(corner, when, **options)


def test_a_density_that_no_box_has_is_refused_with_the_densest(tmp_path: Path) -> None:
    results = swept(tmp_path, "ishigami", ISHIGAMI, "design: latin_hypercube", "samples: 300")
    runs = results.table("runs")
    with pytest.raises(HedgesimError, match=r"--density 0.999: no box is so dense; the densest has 0\.\d+. Write 0"):
        discover(results, f"{OUTCOME} > {runs[OUTCOME].quantile(0.7):.4f}", plan=Peeling(density=0.999))


@pytest.mark.parametrize(("period", "said"), [(2, "no box is denser than all cases, 0.5"), (1, "nothing varies in it")])
def test_a_condition_that_hangs_on_nothing_has_no_box(period: int, said: str, tmp_path: Path) -> None:
    class Unrelated(Results):
        """Its first factor is the outcome's rank modulo a period: with 2 it is alike above and below the median."""

        def table(self, name: str, columns: Sequence[str] | None = None, where: Where = ()) -> pd.DataFrame:
            rows = super().table(name, columns, where)
            if path_of("x1") not in rows:
                return rows
            rank = super().table("runs")[OUTCOME].rank(method="first")
            return rows.assign(**{path_of(one): 1.0 for one in ISHIGAMI} | {path_of("x1"): rank % period})

    results = swept(tmp_path, "ishigami", ISHIGAMI, "design: latin_hypercube", "samples: 64")
    with saying(said):
        discover(Unrelated(results.manifest, results.tables), f"{OUTCOME} > {results.table('runs')[OUTCOME].median()}")


def test_steps_too_many_for_the_package_are_refused(corner: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prim.Prim.find_box", Mock(side_effect=RecursionError))
    with saying("--peel 0.05: steps of 0.05 down to a mass of 0.05 are too many. Write a larger"):
        discover(corner, f"{OUTCOME} > 0.22")


@pytest.mark.parametrize(
    ("design", "said"),
    [
        ("design: morris\nsamples: 20", "its design is morris, whose samples do not fill the space. Write design: "),
        ("design: sobol\nsamples: 32", "boxes need at least 50 cases, and there are 32. Write more samples"),
    ],
)
def test_samples_that_do_not_fill_the_space_are_refused(design: str, said: str, tmp_path: Path) -> None:
    results = swept(tmp_path, "ishigami", ISHIGAMI, design)
    with saying(said):
        discover(results, f"{OUTCOME} > 0.2")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prim", None)
    with saying("discover: the package PRIM is not installed. Install it with: pip install 'hedgesim[discovery]'."):
        find_boxes(invented(1), np.ones(N, dtype=bool), Peeling())
