"""A scenario tried with other numbers under the same random numbers: means of an outcome at points of a box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hedgesim.engines import Engine, ensemble_engine
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.variation import VariedNumber, varied_number, with_varied_numbers
from hedgesim.errors import HedgesimError, ScenarioError, shown
from hedgesim.experiment.schema import holds_number
from hedgesim.experiment.variants import UNCHANGED, members_of
from hedgesim.results.blocks import final_outcomes, run_block, with_outcomes
from hedgesim.scenario import Scenario, known_names, read_scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.files import number_in
from hedgesim.scenario.impulses import impulses_of

Values = NDArray[np.float64]

SIZES = (0.0, 2.0)
"""Range of the factor on the size of a shock where none is given: from no shock to twice the shock."""


@dataclass(frozen=True)
class Range:
    """A number of a scenario and where it is sought: its path, the value in force, lowest and highest value."""

    path: str
    now: float
    low: float
    high: float

    def at(self, share: float | Values) -> Values:
        """The number at a share 0..1 of the range."""
        return np.asarray(self.low + share * (self.high - self.low))

    @property
    def start(self) -> float:
        """Where the value in force is, as a share of the range; outside 0..1 if it is outside the range."""
        return (self.now - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Trial:
    """The outcome at one point: mean over the runs that succeeded, its standard error, and how many failed.

    place: of the point, as shares of the ranges.
    """

    place: tuple[float, ...]
    mean: float
    error: float
    failed: int


@dataclass
class Trials:
    """Points of a box that were tried, in order. Run k has the same random numbers at every point.

    outcome: column of the table of runs. on_runs: called with the number of runs just finished.
    """

    case: Case
    ranges: tuple[Range, ...]
    varied: dict[str, tuple[VariedNumber, ...]]
    outcome: str
    runs: int = 200
    engine: Engine = field(default_factory=ensemble_engine)
    on_runs: Callable[[int], None] = lambda _: None
    tried: list[Trial] = field(default_factory=list)
    _known: dict[tuple[float, ...], Trial] = field(default_factory=dict, repr=False)

    def at(self, places: Values) -> list[Trial]:
        """Try points, axes (point, range), as shares of the ranges; what was tried already is not run again."""
        wanted = [tuple(map(float, place)) for place in np.atleast_2d(places)]
        new = list(dict.fromkeys(place for place in wanted if place not in self._known))
        values = self.values(np.asarray(new)) if new else np.empty((0, self.runs))
        for place, of_runs in zip(new, values, strict=True):
            good = of_runs[~np.isnan(of_runs)]
            mean = float(good.mean()) if len(good) else float("nan")
            error = float(good.std(ddof=1) / np.sqrt(len(good))) if len(good) > 1 else float("nan")
            trial = Trial(place, mean, error, self.runs - len(good))
            self._known[place] = trial
            self.tried.append(trial)
        return [self._known[place] for place in wanted]

    def numbers(self, trial: Trial) -> list[float]:
        """The numbers of a point, in the order of the ranges."""
        return [float(one.at(share)) for one, share in zip(self.ranges, trial.place, strict=True)]

    def values(self, places: Values) -> Values:
        """The outcome of every run at points, axes (point, run); not a number where a run failed."""
        points, runs = (index.ravel() for index in np.indices((len(places), self.runs)))
        found = np.empty(len(points))
        for first in range(0, len(points), self.engine.together):
            here = slice(first, first + self.engine.together)
            numbers = {one.path: one.at(places[points[here], k]) for k, one in enumerate(self.ranges)}
            block = run_block(with_varied_numbers(self.case, self.varied, numbers), self.engine, runs[here].tolist())
            outcome = final_outcomes(block.outcomes)[self.outcome]
            found[here] = np.where(block.successful(), outcome, np.nan)
            self.on_runs(len(runs[here]))
        return found.reshape(len(places), self.runs)

    @property
    def start(self) -> Values:
        """Where the values in force are, axes (range,)."""
        return np.asarray([one.start for one in self.ranges])


def trials_of(
    name: str, vary: Sequence[str], outcome: str, *, overrides: Sequence[str] = (), seed: int | None = None
) -> tuple[Scenario, Trials]:
    """A scenario by name, and its trials over some numbers.

    vary: texts `PATH=LOW,HIGH`, or `PATH` alone for the complete range of a parameter or none to twice of a shock.
    overrides: as of `--set`; the search starts from there.

    Raises:
        ScenarioError, HedgesimError: a fault of the scenario, or of a path or range, with the option that has it.
    """
    scenario = read_scenario(name, overrides=overrides, seed=seed)
    split = [text.partition("=") for text in vary]
    paths = [path.strip() for path, _, _ in split]
    for text, path in zip(vary, paths, strict=True):
        _check_path(text, path, paths)
    sizes = [path for path in paths if path.startswith("shock_sizes.")]
    unchanged = [*overrides, *(f"{path}={UNCHANGED}" for path in sizes)]
    plain = _read(vary[0] if sizes else name, name, unchanged, seed) if sizes else scenario
    inputs = read_inputs(plain)
    (case,) = with_outcomes([case_of(plain, inputs.setting)], [outcome], option="--when")
    axes, lines = inputs.setting.axes, impulses_of(plain, inputs.tables)
    ranges: list[Range] = []
    varied: dict[str, tuple[VariedNumber, ...]] = {}
    for text, path, (_, given, ends) in zip(vary, paths, split, strict=True):
        low, high = _two_numbers(text, ends) if given else _usual_range(text, path, scenario)
        read = [_read(f"--vary {text}", name, [*overrides, f"{path}={end!r}"], seed) for end in (low, high)]
        members = members_of(read[-1], path) if path.startswith("rules.") else ()
        varied[path] = (varied_number(path, axes, lines, members),)
        if path.startswith("shock_sizes.") and not varied[path][0].impulses:
            fault = f"{path} changes nothing: the shock does not act from {scenario.start} to {scenario.end}"
            raise HedgesimError(f"--vary {text}", fault, "Vary a shock that acts in these quarters.")
        ranges.append(Range(path, _now(text, path, scenario, case, members), low, high))
    return scenario, Trials(case, tuple(ranges), varied, outcome)


def _check_path(text: str, path: str, paths: Sequence[str]) -> None:
    """Refuse a path that is named twice, or whose value is no number of which runs may have their own."""
    if paths.count(path) > 1:
        raise HedgesimError(f"--vary {text}", f"{path} is varied twice", "Name it once.")
    if not holds_number(path):
        keys = path.split(".")
        shock = f"shock_sizes.{keys[1]}" if keys[0] == "shocks" and len(keys) > 1 else ""
        known = "settings.GROUP.NAME, shock_sizes.SHOCK, rules.countries.CODE.NAME or rules.powers.CODE.NAME"
        fault = f"{shown(path)} is no number of which every run may have its own"
        raise HedgesimError(f"--vary {text}", fault, f"Write --vary {shock}=0,2." if shock else f"Name {known}.")


def _two_numbers(text: str, ends: str) -> tuple[float, float]:
    """The ends of a range; HedgesimError for what is none."""
    numbers = [number_in(end.strip()) for end in ends.split(",")]
    if len(numbers) != 2 or not numbers[0] < numbers[1]:
        path = text.partition("=")[0]
        raise HedgesimError(f"--vary {text}", "it is not PATH=LOW,HIGH", f"Write it like --vary {path}=0,1.")
    return numbers[0], numbers[1]


def _usual_range(text: str, path: str, scenario: Scenario) -> tuple[float, float]:
    """The range of a number whose ends are not given."""
    names, (first, _, rest) = known_names(scenario.tables_folder), path.partition(".")
    if first == "shock_sizes":
        return SIZES
    if first == "settings":
        known = (names.settings or {}).get(rest)
    else:
        side, who, name = rest.split(".")
        rules = names.country_rules if side == "countries" else names.power_rules
        codes = getattr(scenario, side) or getattr(names, side) or ()
        rule, _ = scenario.rules.of(side, next(iter(codes)) if who == "all" else who)
        known = (rules or {}).get(rule, {}).get(name)
    if known is None:
        raise HedgesimError(f"--vary {text}", "it has no range of its own", f"Write --vary {path}=LOW,HIGH.")
    return known


def _read(option: str, name: str, overrides: Sequence[str], seed: int | None) -> Scenario:
    """A scenario with other values; a fault of one is that of the option that has it."""
    try:
        return read_scenario(name, overrides=overrides, seed=seed)
    except ScenarioError as error:
        raise HedgesimError(option, error.fault, error.remedy) from None


def _now(text: str, path: str, scenario: Scenario, case: Case, members: Sequence[str]) -> float:
    """The value in force of a number."""
    first, _, rest = path.partition(".")
    if first == "shock_sizes":
        return float(scenario.shock_sizes.get(rest, UNCHANGED))
    if first == "settings":
        group, _, name = rest.partition(".")
        return float(np.asarray(getattr(getattr(case.parameters, group), name)).item())
    side, _, name = rest.split(".")
    axes, rules = case.setting.axes, case.country_rules if side == "countries" else case.power_rules
    codes = axes.countries if side == "countries" else axes.powers
    values = {code: float(np.asarray(getattr(rules[codes.index(code)], name)).item()) for code in members}
    if len(set(values.values())) != 1:
        said = ", ".join(f"{code} {value:g}" for code, value in values.items()) or "nobody has it"
        fault = f"there is not one value to start from ({said})"
        raise HedgesimError(f"--vary {text}", fault, "Name one of them in place of all.")
    return next(iter(values.values()))
