"""Indices of sensitivity: known functions through sweep, store and analysis, failed runs, noise, seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.analysis.known import CORNER, ISHIGAMI, OUTCOME, SOBOL_G, Ranges, path_of, saying, swept

from hedgesim.analysis.indices import noise_share
from hedgesim.analysis.sensitivity import Sensitivity, sensitivity
from hedgesim.results.parquet import Where
from hedgesim.results.results import Results
from hedgesim.results.sweep import sweep

ONE, FEW = "design: saltelli\nsamples: 1", "design: sobol\nsamples: 32"
GRID = "levers: {settings.taste.threat: [0.0, 1.0]}"
Indices = dict[str, float]
WITH_IDLE = {**ISHIGAMI, "idle": ISHIGAMI["x1"]}
ISHIGAMI_S1 = {"x1": 0.3139, "x2": 0.4424, "x3": 0.0, "idle": 0.0}
ISHIGAMI_ST = {"x1": 0.5576, "x2": 0.4424, "x3": 0.2437, "idle": 0.0}
G_S1 = {"x1": 0.7162, "x2": 0.1790, "x3": 0.0237, "x4": 0.0072}
G_ST = {"x1": 0.7871, "x2": 0.2422, "x3": 0.0343, "x4": 0.0105}
ONE_IN_A_THOUSAND = stats.norm.ppf(0.9995) / stats.norm.ppf(0.975)
"""An interval of 95 % by this factor holds the index in 999 of 1000 cases; from 512 base samples on in more, for the
points of a Sobol sequence are more even than the bootstrap takes them to be."""


def values(found: Sensitivity, measure: str, column: str = "value") -> Indices:
    rows = found.indices[(found.indices["measure"] == measure) & (found.indices["other"] == "")]
    return {path.rpartition(".")[2]: float(value) for path, value in zip(rows["factor"], rows[column], strict=True)}


def assert_near(found: Sensitivity, measure: str, known: Indices) -> None:
    """Each index is within its own interval, widened to one failure in a thousand."""
    got, plus = values(found, measure), values(found, measure, "confidence")
    for name, value in known.items():
        assert abs(got[name] - value) <= ONE_IN_A_THOUSAND * plus[name] + 5e-5, (measure, name, got[name])


@pytest.fixture(scope="module")
def saltelli(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("saltelli")
    return swept(folder, "ishigami", WITH_IDLE, "design: saltelli", "samples: 512", "second_order: true")


def test_sobol_indices_of_pairs_and_of_what_is_idle(saltelli: Results) -> None:
    found = sensitivity(saltelli)
    assert found.method == "sobol"
    assert_near(found, "S1", ISHIGAMI_S1)
    assert_near(found, "ST", ISHIGAMI_ST)
    assert values(found, "ST")["idle"] == 0.0
    pairs = found.indices[found.indices["measure"] == "S2"].set_index(["factor", "other"])
    assert len(pairs) == 6
    for (one, other), row in pairs.iterrows():
        known = 0.2437 if {one, other} == {path_of("x1"), path_of("x3")} else 0.0
        assert abs(row["value"] - known) <= ONE_IN_A_THOUSAND * row["confidence"] + 5e-5
    columns = ["scenario", "outcome", "used", "dropped", "failed", "varies"]
    assert found.basis[columns].to_numpy().tolist() == [["flat", OUTCOME, 512, 0, 0, True]]


@pytest.mark.parametrize(
    ("rule", "ranges", "first", "total", "samples", "within"),
    [
        ("sobol_g", SOBOL_G, G_S1, G_ST, 512, 1.0),
        ("ishigami", {"x2": ISHIGAMI["x2"]}, {"x2": 1.0}, {"x2": 1.0}, 128, 1.0),
        pytest.param("ishigami", WITH_IDLE, ISHIGAMI_S1, ISHIGAMI_ST, 2**13, 0.01, marks=pytest.mark.hold),
        pytest.param("sobol_g", SOBOL_G, G_S1, G_ST, 2**13, 0.01, marks=pytest.mark.hold),
    ],
    ids=["the G function", "one factor", "Ishigami to a hundredth", "the G function to a hundredth"],
)
def test_sobol_indices_are_near_known_answers(
    rule: str, ranges: Ranges, first: Indices, total: Indices, samples: int, within: float, tmp_path: Path
) -> None:
    found = sensitivity(swept(tmp_path, rule, ranges, "design: saltelli", f"samples: {samples}"))
    for measure, known in (("S1", first), ("ST", total)):
        assert_near(found, measure, known)
        assert values(found, measure) == pytest.approx(dict.fromkeys(ranges, 0.0) | known, abs=within)


def test_morris_effects_are_those_of_the_paths(tmp_path: Path) -> None:
    results = swept(tmp_path, "ishigami", WITH_IDLE, "design: morris", "samples: 100")
    found = sensitivity(results)
    runs = results.table("runs")
    x1, x2, x3 = (runs[path_of(name)] for name in ISHIGAMI)
    f = (np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)).to_numpy()
    scale, _ = np.polyfit(f, runs[OUTCOME], 1)
    places = runs[[path_of(name) for name in WITH_IDLE]].to_numpy().reshape(100, 5, 4)
    moved = np.sign(np.diff(places, axis=1))  # a step moves one factor, by 2/3 of its range
    effects = scale * 1.5 * (moved * np.diff(f.reshape(100, 5, 1), axis=1)).sum(axis=1)
    assert (np.abs(moved).sum(axis=-1) == 1.0).all()
    known = {"mu_star": np.abs(effects).mean(axis=0), "mu": effects.mean(axis=0), "sigma": effects.std(axis=0, ddof=1)}
    for measure, of_factors in known.items():
        assert values(found, measure) == pytest.approx(dict(zip(WITH_IDLE, of_factors, strict=True)), abs=1e-9)
    # on the four levels sin(x2)^2 is 0 or 3/4, and every step of x2 goes from one to the other
    assert values(found, "mu_star")["x2"] == pytest.approx(scale * 7 * 0.75 * 1.5, rel=1e-9)
    assert values(found, "mu_star")["idle"] == pytest.approx(0.0, abs=1e-12)


TOGETHER = f"groups: {{angles: [{path_of('x1')}, {path_of('x3')}]}}"


@pytest.mark.parametrize(
    ("samples", "within"),
    [(512, 1.0), pytest.param(2**13, 0.01, marks=pytest.mark.hold)],
    ids=["few", "to a hundredth"],
)
def test_sobol_indices_of_a_group_hold_what_its_factors_do_together(
    samples: int, within: float, tmp_path: Path
) -> None:
    results = swept(tmp_path, "ishigami", WITH_IDLE, TOGETHER, "design: saltelli", f"samples: {samples}")
    assert len(results.table("runs")) == samples * (3 + 2), "n (G + 2), not n (d + 2)"
    found, known = sensitivity(results), {"angles": 0.3139 + 0.2437, "x2": 0.4424, "idle": 0.0}
    for measure in ("S1", "ST"):
        assert_near(found, measure, known)
        assert values(found, measure) == pytest.approx(known, abs=within)


def test_morris_effects_of_a_group_are_those_of_its_steps(tmp_path: Path) -> None:
    results = swept(tmp_path, "ishigami", WITH_IDLE, TOGETHER, "design: morris", "samples: 50")
    runs, found = results.table("runs"), sensitivity(results)
    assert len(runs) == 50 * (3 + 1)
    places = runs[[path_of(name) for name in WITH_IDLE]].to_numpy().reshape(50, 4, 4)
    moved = np.diff(places, axis=1) != 0.0
    assert (moved[..., 0] == moved[..., 2]).all(), "x1 and x3 move together"
    effects = 1.5 * np.abs(np.diff(runs[OUTCOME].to_numpy().reshape(50, 4), axis=1))
    means = [(effects * moved[..., place]).sum() / 50 for place in (0, 1, 3)]
    known = dict(zip(("angles", "x2", "idle"), means, strict=True))
    assert values(found, "mu_star") == pytest.approx(known, abs=1e-12)
    assert found.measures == ("mu_star",)


def test_a_sweep_of_groups_analysed_as_given_data_has_an_index_for_every_uncertainty(tmp_path: Path) -> None:
    results = swept(tmp_path, "ishigami", WITH_IDLE, TOGETHER, "design: saltelli", "samples: 32")
    assert set(values(sensitivity(results, method="given", resamples=20), "PAWN")) == {*WITH_IDLE}


def test_given_data_indices_of_ishigami(tmp_path: Path) -> None:
    results = swept(tmp_path, "ishigami", WITH_IDLE, "design: latin_hypercube", "samples: 600")
    found = sensitivity(results, resamples=20)
    assert found.method == "given"
    assert_near(found, "S1", ISHIGAMI_S1)
    pawn, chance = values(found, "PAWN"), float(found.basis["by_chance"].iloc[0])
    assert pawn["x2"] > pawn["x1"] > chance > pawn["idle"]
    assert pawn["x1"] > pawn["x3"] > pawn["idle"]
    assert (found.indices["confidence"] > 0.0).all()


def test_samples_of_a_table_are_analysed_as_given_data(tmp_path: Path) -> None:
    table = pd.DataFrame(np.random.default_rng(1).uniform(-3, 3, (60, 2)), columns=[path_of("x1"), path_of("x2")])
    table.to_csv(tmp_path / "samples.csv", index=False)
    found = sensitivity(swept(tmp_path, "ishigami", {}, "design: csv", "file: samples.csv"), resamples=20)
    assert (found.method, found.basis["used"].tolist()) == ("given", [60])
    assert set(values(found, "PAWN")) == {"x1", "x2"}


def war(folder: Path, *lines: str) -> Results:
    """Sweep an experiment about the war, with further lines such as `design: saltelli`."""
    head = ("question: What matters in the war?", "scenarios: [war_2022]", "outcomes: [presence_RUS]", "seed: 1")
    path = folder / "war.yaml"
    path.write_text("\n".join([*head, *lines]))
    return sweep(path, folder / "out")


@pytest.mark.parametrize(("design", "samples", "measure"), [("saltelli", 4, "ST"), ("morris", 2, "mu_star")])
def test_words_are_factors_too(design: str, samples: int, measure: str, tmp_path: Path) -> None:
    rules = "rules.countries.all.rule: [multi_vector, habit, bandwagoning]"
    varied = f"uncertainties: {{settings.taste.threat: {{low: 0.0, high: 3.0}}, {rules}}}"
    results = war(tmp_path, varied, "levers: {end: [2022Q1]}", f"design: {design}", f"samples: {samples}")
    found = values(sensitivity(results), measure)
    assert set(found) == {"threat", "rule"}
    assert found["rule"] > 0.0


def total_order(y: np.ndarray) -> list[float]:
    """Total indices by their estimator; y: axes (base sample, row)."""
    a, b = y[:, 0], y[:, -1]
    return list(0.5 * ((a[:, None] - y[:, 1:-1]) ** 2).mean(axis=0) / np.r_[a, b].var())


@pytest.mark.parametrize(("design", "measure"), [("saltelli", "ST"), ("morris", "mu_star")])
def test_a_failed_run_takes_its_whole_unit_with_it(design: str, measure: str, tmp_path: Path) -> None:
    results = swept(tmp_path, "corner", CORNER, f"design: {design}", "samples: 64")
    found = sensitivity(results)
    runs = results.table("runs")
    failed = runs["failed"].notna().to_numpy()
    units = failed.reshape(64, -1).any(axis=1)
    base = found.basis.iloc[0]
    assert 0 < units.sum() < 64
    assert (base["used"], base["dropped"], base["failed"]) == (64 - units.sum(), units.sum(), failed.sum())
    assert values(found, measure)["x3"] == pytest.approx(0.0, abs=1e-9)
    if design == "saltelli":
        kept = runs[OUTCOME].to_numpy().reshape(64, -1)[~units]
        assert list(values(found, "ST").values()) == pytest.approx(total_order(kept), rel=1e-9)


def test_a_sample_with_some_successful_runs_is_kept(tmp_path: Path) -> None:
    varied = "uncertainties: {settings.taste.threat: {low: 0.0, high: 3.0}}"
    levers = "levers: {end: [2022Q2], settings.taste.concentration: [2.0, 3.0]}"
    results = war(tmp_path, varied, levers, "design: saltelli", "samples: 4", "replications: 3")
    complete = sensitivity(results)
    assert list(complete.basis["settings.taste.concentration"]) == ["2.0", "3.0"]
    assert (complete.basis["noise"] >= 0.0).all()

    class Lacking(Results):
        def table(self, name: str, columns: Sequence[str] | None = None, where: Where = ()) -> pd.DataFrame:
            rows = super().table(name, columns, where)
            if len(rows) and "sample" in rows:
                rows.loc[(rows["sample"] == 0) & (rows["run"] > 0), ["presence_RUS", "failed"]] = [np.nan, "overflow"]
            return rows

    lacking = sensitivity(Lacking(results.manifest, results.tables))
    assert list(lacking.basis["failed"]) == [2, 2]
    assert list(lacking.basis["dropped"]) == [0, 0]
    runs = results.table("runs", where=[("settings.taste.concentration", "=", 2.0)])
    through = runs[~((runs["sample"] == 0) & (runs["run"] > 0))]
    (total,) = total_order(through.groupby("sample")["presence_RUS"].mean().to_numpy().reshape(4, 3))
    first = lacking.indices[lacking.indices["settings.taste.concentration"] == "2.0"]
    assert first.set_index("measure")["value"]["ST"] == pytest.approx(total, rel=1e-9)


def test_less_a_scenario_indices_are_those_of_the_paired_differences(tmp_path: Path) -> None:
    path, varied = tmp_path / "pair.yaml", "settings.taste.threat: {low: 0.0, high: 3.0}"
    lines = ["question: What does the war do?", "scenarios: [war_2022, no_war]", "outcomes: [presence_RUS]", "seed: 1"]
    lines += [f"uncertainties: {{{varied}}}", "levers: {end: [2022Q3]}", "design: saltelli", "samples: 4"]
    path.write_text("\n".join([*lines, "replications: 3"]))
    results = sweep(path, tmp_path / "out")
    found = sensitivity(results, less="no_war")
    runs = results.table("runs").set_index(["scenario", "sample", "run"])["presence_RUS"].sort_index()
    change = (runs["war_2022"] - runs["no_war"]).groupby("sample").mean().to_numpy().reshape(4, 3)
    assert values(found, "ST")["threat"] == pytest.approx(total_order(change)[0], rel=1e-9)
    assert list(found.basis["scenario"]) == ["war_2022 less no_war"]
    with saying("--less peace: there is no such scenario in the sweep"):
        sensitivity(results, less="peace")


def test_the_share_of_noise_by_hand() -> None:
    # means 1 and 5, variance between them 8; within 2 and 2, by two runs 1
    assert noise_share(np.array([[0.0, 2.0], [4.0, 6.0]]), shared=False) == pytest.approx(1 / 8)
    # what run 1 has more in both samples makes them no different
    assert noise_share(np.array([[0.0, 2.0], [4.0, 6.0]]), shared=True) == 0.0
    # off the means of samples and runs: +1 -1 / -1 +1, one degree of freedom, variance 4, by two runs 2, of 8
    assert noise_share(np.array([[2.0, 0.0], [4.0, 6.0]]), shared=True) == pytest.approx(2 / 8)
    assert np.isnan(noise_share(np.array([[1.0], [2.0]]), shared=False))
    assert np.isnan(noise_share(np.array([[0.0, 2.0], [2.0, 0.0]]), shared=False))  # of no variance there are no parts
    assert noise_share(np.array([[0.0, 2.0], [np.nan, 9.0], [4.0, 6.0]]), shared=False) == pytest.approx(1 / 8)


def test_noise_alone_is_all_noise() -> None:
    n, runs = 4000, 4
    values = np.random.default_rng(5).normal(size=(n, runs))
    # ratio of two variances with n (runs - 1) and n - 1 degrees of freedom: spread sqrt(2 / n (1 + 1 / 3))
    assert noise_share(values, shared=False) == pytest.approx(1.0, abs=4 * np.sqrt(2 / n * (1 + 1 / 3)))


def global_state() -> np.ndarray:
    """The state of NumPy's global generator, (624,)."""
    return np.array(np.random.get_bit_generator().state["state"]["key"])


def test_a_seed_repeats_and_moves_nothing_else(saltelli: Results) -> None:
    before = global_state()
    once, again, other = (sensitivity(saltelli, seed=seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(once.indices, again.indices, check_exact=True)
    assert values(once, "S1") == values(other, "S1")
    assert values(once, "S1", "confidence") != values(other, "S1", "confidence")
    given, again = (sensitivity(saltelli, method="given", resamples=20) for _ in range(2))
    pd.testing.assert_frame_equal(given.indices, again.indices, check_exact=True)
    assert int(given.basis["used"].iloc[0]) == 2 * 512  # the first and the last row of each base sample
    assert_near(given, "S1", ISHIGAMI_S1)
    assert np.array_equal(before, global_state())


def test_intervals_widen_with_their_level(saltelli: Results) -> None:
    narrow, wide = (sensitivity(saltelli, level=level) for level in (0.5, 0.99))
    factor = stats.norm.ppf(0.995) / stats.norm.ppf(0.75)
    for name, plus in values(narrow, "ST", "confidence").items():
        assert values(wide, "ST", "confidence")[name] == pytest.approx(factor * plus, rel=1e-9)


def test_an_outcome_that_never_changes_has_no_index(saltelli: Results) -> None:
    found = sensitivity(saltelli, ["leader_meetings", OUTCOME])
    assert list(found.basis["varies"]) == [False, True]
    assert set(found.indices["outcome"]) == {OUTCOME}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "morris"}, "its design is saltelli, and the method morris needs morris. Write design: morris"),
        ({"method": "shapley"}, "--method shapley: there is no such method. Name sobol, morris, given."),
        ({"outcomes": ["presence_RU"]}, 'no outcome "presence_RU" of a run. Did you mean "presence_RUS"?'),
        ({"outcomes": [path_of("x1")]}, "there is no outcome"),
        ({"level": 1.0}, "--level 1: a level is between 0 and 1"),
        ({"resamples": 1}, "--resamples 1: so few resamples give no spread. Write --resamples 20 or more."),
    ],
)
def test_what_cannot_be_is_refused(saltelli: Results, options: dict[str, object], said: str) -> None:
    with saying(said):
        sensitivity(saltelli, **options)


@pytest.mark.parametrize(
    ("ranges", "design", "method", "said"),
    [
        (ISHIGAMI, ONE, None, "needs at least 2 base samples, and there are 1. Write samples: 64 or more"),
        (ISHIGAMI, FEW, None, "given needs at least 50 samples, and there are 32. Write samples: 256"),
        (ISHIGAMI, FEW, "sobol", "its design is sobol, and the method sobol needs saltelli. Write design: saltelli"),
        ({}, GRID, None, "its design is grid, and the method given needs latin_hypercube, sobol"),
    ],
    ids=["one base sample", "few samples", "another design", "a grid"],
)
def test_a_design_that_does_not_fit_and_few_samples_are_refused(
    ranges: Ranges, design: str, method: str | None, said: str, tmp_path: Path
) -> None:
    results = swept(tmp_path, "ishigami", ranges, design)
    with saying(said):
        sensitivity(results, method=method)


def test_all_failed_is_said(tmp_path: Path) -> None:
    failed = swept(tmp_path, "corner", {"x3": (0.95, 1.0)}, "design: saltelli", "samples: 8")
    with saying("all 16 runs failed. The column failed of the table of runs says why."):
        sensitivity(failed)
