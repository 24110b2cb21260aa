"""Tries a rule on small invented quarters: whether what it decides may be used in any run of any scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from hedgesim.engines import invented
from hedgesim.engines.invented import AXES, REAL
from hedgesim.errors import HedgesimError, shown
from hedgesim.model.arrays import COUNTRY, TARGET, Array
from hedgesim.model.parameter import parameters_of
from hedgesim.model.parameters import Parameters
from hedgesim.model.view import CountryDecision, PowerDecision, PowerView, View
from hedgesim.rules import CountryRule, PowerRule
from hedgesim.rules.faults import (
    NEW_ARRAY,
    OF_RUNS,
    TRYING,
    WRITES,
    Words,
    fault_at,
    file_of,
    guarded,
    line_of,
    of_answer,
)

AnyRule = type[CountryRule] | type[PowerRule]

VALUE = "value"
TOLERANCE = 1e-9

SIGNLESS: Mapping[str, float] = {"joining": 1.0, "attention": 1.0, "reserve": np.inf, "pressure": np.inf}
"""What is never negative, and the most that it may be."""

FASTEST = 20.0
"""Highest pace: a domain that moves .05 of the way in a quarter, the slowest of the package, moves all of it."""

TOGETHER = "Use functions of view.xp, sum with axis=TARGET, keepdims=True, and choose with xp.where."
NO_MEMORY = "Take everything from view and self; numbers of chance are view.whim, with gambles: ClassVar[bool] = True."
SMOOTH = "A rise may be 0 or negative: keep it from logarithms, roots and divisions."
NO_TYPES = "Compute with the arrays of view and functions of view.xp, without astype, dtype= and complex numbers."
OF_PACE = "Return 1 for the pace of other rules, 0 for no move; the ends of parameters must keep to this range, too."
NO_SHARES = "Give log odds against the start: 0 for no reason to move, positive for what has become worth more."


@cache
@np.errstate(all="ignore")
def check_decisions(rule: AnyRule) -> None:
    """Try a rule in NumPy, once in a process; HedgesimError at its line."""
    trial = Trial.of(rule)
    for when, view, one in trial.quarters():
        trial.answer(one, view, when=when)
    trial.check_alike(rule(), trial.view())
    varied = {item.name: invented.over_runs(item.low, item.high) for item in parameters_of(rule)}
    trial.check_alike(rule().with_values(varied), trial.view(differing=True))


def close(one: Array, other: Array) -> bool:
    """Whether two decisions are equal but for rounding."""
    return bool(np.allclose(one, other, rtol=TOLERANCE, atol=TOLERANCE))


@dataclass(frozen=True)
class Trial:
    """A rule under trial: what its kind knows and decides, and the axis of those who follow it."""

    rule: AnyRule
    known: type
    decision: type
    member: str
    axis: int

    @staticmethod
    def of(rule: AnyRule) -> Trial:
        """The trial of a rule of countries or of powers."""
        if issubclass(rule, CountryRule):
            return Trial(rule, View, CountryDecision, "country", COUNTRY)
        return Trial(rule, PowerView, PowerDecision, "power", TARGET)

    @property
    def plain(self) -> bool:
        """Whether it is a rule that does not gamble."""
        return not getattr(self.rule, "gambles", False)

    def view(self, *, differing: bool = False) -> Any:
        """A quarter in which everything has happened; differing: whether runs have settings of their own."""
        view = invented.moved(self.known, differing=differing)
        return invented.without_whim(view) if self.plain else view

    def quarters(self) -> Iterator[tuple[str, Any, Any]]:
        """Quarters in which the answer must be usable: when, what is known, and the rule with its parameters."""
        view, usual = self.view(), self.rule()
        yield "when nothing has happened", invented.quiet(self.known), usual
        yield "", view, usual
        for end in ("low", "high"):
            values = {item.name: getattr(item, end) for item in parameters_of(usual)}
            yield f"at the {end} end of its parameters", view, usual.with_values(values)

    def answer(
        self, rule: Any, view: Any, *, when: str = "", n: int | None = None, runs: int = AXES["run"]
    ) -> dict[str, Array]:
        """The value, where there is one, and the decision; HedgesimError where they cannot be used.

        when: said in faults. n: those who decide; runs: number of runs.
        """
        lengths = {**AXES, "run": runs, self.member: n or AXES[self.member]}
        found = {}
        if self.known is View:
            found[VALUE] = self.guarded(lambda: rule.value(view, rule.taste(Parameters().taste)), TRYING)
            self._check_array(VALUE, found[VALUE], ("#country", "#domain", "option", "#run"), lengths, when=when)
            self._check_no_shares(found[VALUE])
            self._check_pace(rule)
        decision = self.guarded(lambda: rule.decide(view, Parameters()), TRYING)
        if type(decision) is not self.decision:
            fault = f"decides with {type(decision).__name__}, not {self.decision.__name__}"
            raise self.fault("", fault, f"Return a {self.decision.__name__}.")
        for name, axes in invented.axes_of(self.decision).items():
            found[name] = getattr(decision, name)
            self._check_array(name, found[name], axes, lengths, when=when)
        return found

    def check_alike(self, rule: Any, view: Any) -> None:
        """Refuse answers that depend on more than is known of a run and, for agents, of one country or power."""
        before = {name: np.array(array) for name, array in vars(view).items()}
        together = self.answer(rule, view)
        if not all(np.array_equal(array, before[name]) for name, array in vars(view).items()):
            raise self.fault("", WRITES, NEW_ARRAY)
        self._compare(together, self.answer(rule, view), "answers otherwise when it is asked again", NO_MEMORY)
        for run in (0, AXES["run"] - 1):
            alone = self.answer(invented.of_run(rule, run), invented.of_run(view, run), runs=1)
            of_run = {name: invented.one_run(array, run) for name, array in together.items()}
            self._compare(of_run, alone, "gives a run another answer when it is run alone", OF_RUNS)
        for place in range(AXES[self.member]):
            alone = self.answer(rule, view.of(slice(place, place + 1)), n=1)
            own = {name: _one(array, place, self.axis) for name, array in together.items()}
            self._compare(own, alone, f"gives a {self.member} another answer when it decides alone", TOGETHER)
        if self.plain and self.known is View:
            gambled = self.answer(rule, invented.with_whim(view))
            fault = "uses view.whim, which is 0 unless the rule says that it gambles"
            self._compare(together, gambled, fault, "Write gambles: ClassVar[bool] = True under its name.")

    def _compare(self, one: Mapping[str, Array], other: Mapping[str, Array], fault: str, remedy: str) -> None:
        for name, array in one.items():
            if not close(array, other[name]):
                raise self.fault(name, fault, remedy)

    def _check_array(
        self, name: str, array: Any, axes: Sequence[str], lengths: Mapping[str, int], *, when: str
    ) -> None:
        """Refuse what is no array of numbers with its axes, finite and in range."""
        what = "the value" if name == VALUE else name
        labels = [label.removeprefix("#") for label in axes]
        whole = tuple(int(label) if label.isdigit() else lengths[label] for label in labels)
        may_be_one = [label.startswith("#") for label in axes]
        shape = np.shape(array) if isinstance(array, np.ndarray) else ()
        fits = [n == m or (one and n == 1) for n, m, one in zip(shape, whole, may_be_one, strict=False)]
        if len(shape) != len(whole) or not all(fits):
            raise self.fault(name, *of_answer(what, array, whole, labels))
        if array.dtype.kind not in REAL:
            raise self.fault(name, f"{what} is an array of {array.dtype.name}, not of real numbers", NO_TYPES)
        if not np.all(np.isfinite(array)):
            number = "nan" if np.any(np.isnan(array)) else "infinite"
            raise self.fault(name, f"{what} is {number} {when}".rstrip(), SMOOTH)
        if name in SIGNLESS and not np.all((array >= 0.0) & (array <= SIGNLESS[name])):
            ends = f"between 0 and {SIGNLESS[name]:g}" if np.isfinite(SIGNLESS[name]) else "0 or more"
            raise self.fault(name, f"{what} is not {ends} {when}".rstrip(), "Use xp.minimum and xp.maximum.")

    def _check_no_shares(self, value: Array) -> None:
        """Refuse shares, or their logarithms, in place of values."""
        for numbers, noun in ((value, "shares"), (np.exp(value), "logarithms of shares")):
            total = np.sum(numbers, axis=TARGET, keepdims=True)
            split = np.all(numbers > 0.0) and np.ptp(numbers) > TOLERANCE and close(total, total.flat[0])
            if split and (noun == "shares" or close(total, np.ones(1))):
                raise self.fault(VALUE, f"the value is {noun}, which sum to the same over all options", NO_SHARES)

    def _check_pace(self, rule: Any) -> None:
        """Refuse a pace that is no number, or out of range."""
        pace = self.guarded(lambda: np.asarray(rule.pace()), TRYING)
        if pace.dtype.kind not in REAL or not np.all((pace >= 0.0) & (pace <= FASTEST)):
            raise self.fault("pace", f"pace() is {shown(pace)}, not a number from 0 to {FASTEST:g}", OF_PACE)

    def guarded(self, act: Callable[[], Any], words: Words) -> Any:
        """What the rule answers; an error is one of its line."""

        def quietly() -> Any:
            with np.errstate(all="ignore"):
                return act()

        return guarded(file_of(self.rule), quietly, words, line=line_of(self.rule))

    def fault(self, name: str, fault: str, remedy: str) -> HedgesimError:
        """A fault of the value or of another part of the decision, at the line that gives it."""
        methods = [name] if name in {VALUE, "pace"} else ["decide", "pace", "taste", VALUE]
        own = next((method for method in methods if method in vars(self.rule)), "")
        return fault_at(self.rule, f"{self.rule.__name__}: {fault}", remedy, line=line_of(self.rule, own))


def _one(array: Array, place: int, axis: int) -> Array:
    return array if array.shape[axis] == 1 else np.take(array, [place], axis=axis)
