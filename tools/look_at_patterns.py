"""Print which of the patterns of docs/odd.md the uncalibrated model shows: a look, no score.

Usage: python tools/look_at_patterns.py
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from hedgesim import read_scenario
from hedgesim.engines.case import Case, case_of
from hedgesim.engines.ensemble import simulate
from hedgesim.engines.trajectory import Trajectory
from hedgesim.model import formats as fm
from hedgesim.model.outcomes import diversity
from hedgesim.model.period import Period
from hedgesim.model.sight import appeal
from hedgesim.model.world import DORMANT, GUEST, LEADERS, MEMBER, MINISTERIAL, WORKING

STANDING = {True: "seen", False: "not seen", None: "cannot be said yet"}
FIVE = ("KAZ", "KGZ", "TJK", "TKM", "UZB")
CLASHES = ("2021Q2", "2022Q3")
SUCCESSION = "2016Q3"
QUARTERS = ("2022Q1", "2022Q2", "2022Q3", "2022Q4", "2023Q1")
"""Quarters from which events of 2022 act."""
Look = tuple[str, bool | None]
RUNS = 200


# What a trajectory is asked for; arrays have axes (step, run, ...).


@cache
def case(name: str, *overrides: str) -> Case:
    """The case of a scenario."""
    return case_of(read_scenario(name, overrides=overrides))


@cache
def made(name: str, *overrides: str) -> Trajectory:
    """The runs of a scenario."""
    return simulate(case(name, *overrides), range(RUNS))


def at(trajectory: Trajectory, axis: str, code: str) -> int:
    """Place of a code on an axis."""
    names: Sequence[str] = getattr(trajectory.case.setting.axes, axis)
    return names.index(code)


def steps(trajectory: Trajectory, first: str, last: str) -> slice:
    """The steps from one quarter to another, both included."""
    periods = list(map(str, trajectory.case.setting.axes.periods))
    return slice(periods.index(first), periods.index(last) + 1)


def year(trajectory: Trajectory, number: int) -> slice:
    """The steps of a year."""
    return steps(trajectory, f"{number}Q1", f"{number}Q4")


def met(trajectory: Trajectory, code: str, rung: float = LEADERS) -> np.ndarray:
    """Whether a format met at a rung or a higher one, axes (step, run)."""
    return np.asarray(trajectory.worlds.meeting[..., 0, 0, at(trajectory, "formats", code)] >= rung)


def level(trajectory: Trajectory) -> np.ndarray:
    """Levels, axes (step, run, format)."""
    return np.asarray(trajectory.worlds.level[..., 0, 0, :])


def status(trajectory: Trajectory, country: str, code: str) -> np.ndarray:
    """Status of a country in a format, axes (step, run)."""
    place = at(trajectory, "countries", country), at(trajectory, "formats", code)
    return np.asarray(trajectory.worlds.status[..., place[0], 0, place[1]])


def share(trajectory: Trajectory, country: str, domain: str, option: str) -> np.ndarray:
    """A share, axes (step, run)."""
    i, d = at(trajectory, "countries", country), at(trajectory, "domains", domain)
    return np.asarray(trajectory.worlds.share[..., i, d, at(trajectory, "options", option)])


def presence(trajectory: Trajectory) -> np.ndarray:
    """Presence of powers, axes (step, run, country, power)."""
    n = len(trajectory.case.setting.axes.powers)
    return np.asarray(trajectory.sight().presence[..., 0, :n])


def absorbed(trajectory: Trajectory, code: str) -> np.ndarray:
    """Whether a format was absorbed in a quarter, axes (step, run): only then does momentum fall to nothing."""
    momentum = np.asarray(trajectory.worlds.momentum[..., 0, 0, at(trajectory, "formats", code)])
    return (momentum == 0.0) & (np.roll(momentum, 1, axis=0) > 0.0)


def first(event: np.ndarray) -> np.ndarray:
    """The step of the first event of every run, infinite where there is none; event: axes (step, run)."""
    return np.where(event.any(axis=0), event.argmax(axis=0), np.inf)


def outside(trajectory: Trajectory) -> np.ndarray:
    """Whether a format is led from outside, axes (format,)."""
    return np.asarray(trajectory.case.setting.formats.outside).ravel() > 0.0


def band(values: np.ndarray) -> str:
    """Median and 90 % interval."""
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return f"{middle:+.5f} ({low:+.5f} to {high:+.5f})"


def percent(truth: np.ndarray) -> str:
    """How many are true, in per cent."""
    return f"{100.0 * np.mean(truth):.0f} %"


# The patterns, each with its figure and whether it meets what the specification asks.


def one_side_alone() -> Look:
    """P1."""
    war, early = made("war_2022"), made("caco_1994", "end=2014Q4")
    window = steps(war, "2022Q1", "2024Q4")
    largest = presence(war)[window].max(axis=(0, 2, 3))
    inside = np.stack([status(war, c, "CSTO") == MEMBER for c in war.case.setting.axes.countries], axis=-1)
    left = (inside[0] & ~inside[window.stop - 1]).any(axis=-1)
    joined = np.asarray(war.worlds.joined[window]).max(axis=(0, 2, 3, 4)) > 0.0
    kept = ~left & ~joined & (largest < 0.6)
    pact = np.stack(
        [status(early, c, f) == MEMBER for c in early.case.setting.axes.countries for f in ("CST", "CSTO")], axis=-1
    )
    rate = (pact[1:] != pact[:-1]).sum(axis=(0, 2)) / (6 * 21)
    setting = war.case.setting
    in_2022 = np.isin(setting.shocks.onset, [p.index - setting.axes.start.index for p in map(Period.parse, QUARTERS)])
    blown = replace(setting.shocks, size=np.where(in_2022, 5.0, 1.0) * setting.shocks.size)
    shaken = simulate(replace(war.case, setting=replace(setting, shocks=blown)), range(RUNS))
    moved, anyway = (np.asarray(t.outcomes()[1]["realignments"])[-1].ravel() > 0.0 for t in (shaken, war))
    figure = (
        f"holds in {percent(kept)} of runs, largest presence {largest.max():.2f}; controls: {rate.mean():.3f} changes "
        f"of pact per country-year 1994 to 2014 (observed .030), shocks of 2022 five times as large realign somebody "
        f"in {percent(moved)} by 2026, those of 2022 as they are in {percent(anyway)}"
    )
    return figure, bool(kept.mean() > 0.5 and moved.mean() > max(0.5, anyway.mean()) and 0.015 < rate.mean() < 0.06)


def burst() -> Look:
    """P2."""

    def count(trajectory: Trajectory, window: slice) -> float:
        codes = [c for c in trajectory.case.setting.axes.formats if c.startswith("C5_")]
        led = [c for c in codes if outside(trajectory)[at(trajectory, "formats", c)]]
        return float(np.median(sum(met(trajectory, c)[window].sum(axis=0) for c in led)))

    history, war, calm = made("history"), made("war_2022"), made("no_war")
    before = count(history, steps(history, "2015Q1", "2021Q4"))
    there, after = (count(war, year(war, n)) for n in (2022, 2023))
    late = tuple(count(history, year(history, n)) for n in (2022, 2023))
    without = count(calm, year(calm, 2022))
    figure = (
        f"medians: 2015 to 21 together {before:g}, 2022 {there:g}, 2023 {after:g} (from the start of 2015: "
        f"{late[0]:g} and {late[1]:g}); without the war {without:g} in 2022"
    )
    return figure, before <= 1 and 2 <= there <= 6 and 3 <= after <= 7 and without >= 1


def together() -> Look:
    """P3."""
    war, calm = made("war_2022"), made("no_war")
    d, n = at(war, "domains", "economy"), len(war.case.setting.axes.powers)

    def spread(trajectory: Trajectory) -> np.ndarray:
        return np.asarray(diversity(np, trajectory.worlds.share[-1, :, :, d, :n])).mean(axis=(-2, -1))

    def own(trajectory: Trajectory) -> np.ndarray:
        return np.asarray(trajectory.sight().presence[-1, :, :, 0, n]).mean(axis=-1)

    many, region = spread(war) - spread(calm), own(war) - own(calm)
    seen = all(np.quantile(change, 0.05) > 0.0 for change in (many, region))
    return f"war less no war, 2026Q4: diversity {band(many)}, region {band(region)}", seen


def succession() -> Look:
    """P4."""
    real, without = made("history"), made("no_uzbek_succession")
    start = steps(real, SUCCESSION, SUCCESSION).start
    wait = first(met(real, "CM")) - start
    timely = (wait >= 4) & (wait <= 8)
    early = met(without, "CM")[: steps(without, "2018Q4", "2018Q4").stop].any(axis=0)
    ministers = met(real, "C5_US", MINISTERIAL)[steps(real, "2015Q1", "2017Q4")].any(axis=0)
    figure = (
        f"first meeting of leaders 4 to 8 quarters after it in {percent(timely)} of runs, median wait of "
        f"those that ever meet {np.median(wait[np.isfinite(wait)]):g} quarters ({percent(np.isinf(wait))} never do); "
        f"by 2018Q4 without it {percent(early)}; ministers with the United States in 2015 to 17 in {percent(ministers)}"
    )
    return figure, bool(timely.mean() > 0.5 and early.mean() <= 0.1 and ministers.mean() > 0.5)


def rhythm() -> Look:
    """P5."""
    real, war = made("history"), made("war_2022")
    gaps = [np.diff(np.flatnonzero(run)) for run in met(war, "CM").T]
    spread = np.median([g.std(ddof=1) / g.mean() for g in gaps if len(g) >= 3])
    held = met(real, "CM")
    begun = held[: year(real, 2020).start].any(axis=0)
    none = ~held[year(real, 2020)].any(axis=0)
    figure = (
        f"coefficient of variation from 2021 {spread:.2f}; from 2015, none in 2020 in {percent(none)} of runs, but "
        f"only {percent(begun)} had begun by then"
    )
    return figure, None if 0.15 <= spread <= 0.5 else False


def loose() -> Look:
    """P6."""
    real = made("history")
    formal = fm.formality(
        np, real.worlds.level, real.worlds, formats=real.case.setting.formats, parameters=real.case.parameters.formats
    )[..., 0, 0, :]
    works = level(real) > DORMANT
    new = works[-1] & ~works[0]
    stayed = works[-1] & works[0]
    formal_part = (formal[-1] >= 0.5)[new].mean()
    creep = (formal[-1] - formal[0])[stayed].mean()
    union = np.stack([(status(real, c, "EAEU") == MEMBER).any(axis=0) for c in ("UZB", "TKM")]).any(axis=0)
    figure = (
        f"{100 * formal_part:.0f} % of {new.sum(axis=-1).mean():.1f} new formats a run are formal; Uzbekistan or "
        f"Turkmenistan in the EAEU in {percent(union)} of runs; formality of those at work throughout {creep:+.3f}"
    )
    return figure, bool(formal_part < 0.5 and union.mean() < 0.5 and creep > 0.0)


def willingness() -> Look:
    """P7."""
    real, war = made("history"), made("war_2022")
    setting, worlds, sight = real.case.setting, real.worlds, real.sight()
    formal = fm.formality(np, worlds.level, worlds, formats=setting.formats, parameters=real.case.parameters.formats)
    support = appeal(worlds, sight, setting=setting, parameters=real.case.parameters) - sight.sovereignty * formal
    five = [at(real, "countries", c) for c in FIVE]
    mean = support[steps(real, "2017Q1", "2024Q4")][..., five, 0, at(real, "formats", "CM")].mean(axis=(0, 1))
    order = [FIVE[i] for i in np.argsort(-mean)]
    signed = {c: (status(war, c, "TREATY22")[: year(war, 2024).stop] == MEMBER).any(axis=0) for c in FIVE}
    right = np.stack([signed[c] == (c in ("KAZ", "KGZ", "UZB")) for c in FIVE]).all(axis=0)
    figure = (
        f"support for the meetings from 2017: {' > '.join(order)}; the treaty signed by 2024 by "
        + ", ".join(f"{c} {percent(signed[c])}" for c in FIVE)
        + f"; by just the three {percent(right)}"
    )
    return figure, bool(order[-1] == "TKM" and set(order[:2]) == {"KAZ", "UZB"} and right.mean() > 0.5)


def swallowed() -> Look:
    """P8."""
    early, real = made("caco_1994"), made("history")
    gone = absorbed(early, "CACO")
    then = gone[steps(early, "2004Q1", "2005Q4")].any(axis=0)
    false = np.stack([absorbed(real, c).any(axis=0) for c in ("CM", "IFAS", "OTS")])
    figure = (
        f"CACO absorbed in {percent(then)} of runs in 2004 to 05, in {percent(gone.any(axis=0))} by 2005; CM, IFAS or "
        f"OTS absorbed after 2015 in {percent(false.any(axis=0))}"
    )
    return figure, bool(then.mean() > 0.5 and (~false.any(axis=0)).mean() >= 0.8)


def trade() -> Look:
    """P9."""
    war = made("war_2022")

    def ratio(country: str, power: str) -> float:
        held = share(war, country, "economy", power)
        return float(np.median(held[year(war, 2022)].mean(axis=0) / held[year(war, 2021)].mean(axis=0)))

    three = ("KAZ", "KGZ", "UZB")
    russia, china = ({c: ratio(c, p) for c in three} for p in ("RUS", "CHN"))
    figure = "; ".join(
        f"{name} " + ", ".join(f"{c} {part[c]:.3f}" for c in three)
        for name, part in (("Russia", russia), ("China", china))
    )
    holds = all(0.7 <= r <= 1.2 for r in russia.values()) and max(russia["KGZ"], russia["UZB"]) > 1.0
    return figure, holds and min(china.values()) > 1.0


def attention() -> Look:
    """P10."""
    real, war = made("history"), made("war_2022")

    def mean(trajectory: Trajectory, number: int) -> float:
        return float(met(trajectory, "C5_US", MINISTERIAL)[year(trajectory, number)].sum(axis=0).mean())

    long, short = [mean(real, n) for n in range(2015, 2024)], [mean(war, n) for n in range(2021, 2024)]
    figure = (
        f"ministers or leaders a year 2015 to 23: {', '.join(f'{m:.1f}' for m in long)}; from the start of 2021, to "
        f"2023: {', '.join(f'{m:.1f}' for m in short)}"
    )
    return figure, None if max(long) > 0.5 else False


def ladder() -> Look:
    """P11."""
    real = made("history")
    names = [c for c in real.case.setting.axes.formats if c.startswith("TRI_AZ")]
    trilateral = first(np.stack([met(real, c, WORKING) for c in names]).any(axis=0))
    guest = first(status(real, "AZE", "CM") >= GUEST)
    both = np.isfinite(trilateral) & np.isfinite(guest)
    before = f"{percent(trilateral[both] < guest[both])} of those" if both.any() else "never"
    tie = np.asarray(real.worlds.tie[-1, :, at(real, "countries", "AZE"), 0, :]).mean(axis=0)
    order = [real.case.setting.axes.countries[i] for i in np.argsort(-tie)][:2]
    figure = (
        f"trilateral in {percent(np.isfinite(trilateral))} of runs, guest of the meetings in "
        f"{percent(np.isfinite(guest))}, both in {percent(both)}, trilateral first in {before}; closest ties "
        f"{' and '.join(order)}; formats of two are not in the model"
    )
    return figure, None


def exercises() -> Look:
    """P12."""
    real = made("history")
    features, axes = real.case.setting.formats, real.case.setting.axes
    covers = np.asarray(features.covers)[0, 0]
    trade_like = covers[[axes.domains.index("economy"), axes.domains.index("transport")]].any(axis=0)
    wanted = [
        c
        for k, c in enumerate(axes.formats)
        if trade_like[k] and not outside(real)[k] and not (level(real)[0, :, k] > DORMANT).any()
    ]
    others = first(np.stack([met(real, c, WORKING) for c in wanted]).any(axis=0))
    drill = first(met(real, "BIRLESTIK", WORKING))
    had = np.isfinite(drill)
    later, late = drill[had] > others[had], drill[had] >= year(real, 2021).start
    figure = f"an exercise in {percent(had)} of runs"
    if had.any():
        figure += f", after the first new format on trade or transport in {percent(later)} of those, 2021 or later in "
        figure += percent(late)
    return figure, bool(later.mean() >= 0.8 and late.mean() >= 0.8) if had.mean() > 0.5 else None


def diverted() -> Look:
    """P13."""
    changes = []
    for country in ("KAZ", "UZB"):
        sides = []
        for name in ("war_2022", "no_war"):
            side = made(name)
            tie = np.asarray(side.worlds.tie[-1, :, at(side, "countries", country), 0, at(side, "countries", "AZE")])
            sides.append(share(side, country, "transport", "region")[-1] * tie)
        changes.append(sides[0] - sides[1])
    figure = f"war less no war, 2026Q4: Kazakhstan {band(changes[0])}, Uzbekistan {band(changes[1])}"
    return figure, all(np.quantile(change, 0.05) > 0.0 for change in changes)


def clashes() -> Look:
    """P14."""
    parts = []
    for name in ("history", "war_2022"):
        real = made(name)
        seated = (status(real, "KGZ", "CM") == MEMBER) & (status(real, "TJK", "CM") == MEMBER)
        held = met(real, "CM") & seated
        begin = [steps(real, q, q).start for q in CLASHES]
        parts.append(np.stack([held[s + 1 : s + 5].any(axis=0) for s in begin]))
    both = [part.all(axis=0) for part in parts]
    figure = (
        f"a meeting in the four quarters after each of the two: {percent(both[0])} of runs from 2015, "
        f"{percent(both[1])} from 2021 (after the one, the other: {percent(parts[1][0])}, {percent(parts[1][1])})"
    )
    return figure, bool(min(part.mean() for part in both) >= 0.8)


def liking() -> Look:
    """P15."""
    war = made("war_2022")
    end, p = year(war, 2024).stop - 1, at(war, "powers", "RUS")
    held = presence(war)[..., p]
    liked = np.asarray(war.sight().affinity[..., 0, p])
    change, fall = held[end] - held[0], liked[end] - liked[0]
    ratio = np.abs(change.mean(axis=-1)) / np.abs(fall.mean(axis=-1))
    each = np.abs(change).mean(axis=0) / np.abs(fall).mean(axis=0)
    names = ", ".join(f"{c} {r:.2f}" for c, r in zip(war.case.setting.axes.countries, each, strict=True))
    figure = (
        f"to 2024Q4 affinity {fall.mean():+.3f}, presence {change.mean():+.3f}, ratio {np.median(ratio):.3f}; {names}"
    )
    return figure, bool(fall.mean() < 0.0 and np.median(ratio) < 0.15)


def placebos() -> Look:
    """Meetings of leaders that did not happen."""
    real = made("history")
    end = steps(real, "2024Q3", "2024Q3").stop
    counts = {c: met(real, c)[:end].sum(axis=0) for c in ("C5_TUR", "C5_IRN", "C6_US")}
    total = np.median(sum(counts.values()))
    figure = f"median {total:g}; runs with any: " + ", ".join(f"{c} {percent(n > 0)}" for c, n in counts.items())
    return figure, bool(total <= 1)


LOOKS: dict[str, Callable[[], Look]] = {
    "P1 nobody takes one side alone": one_side_alone,
    "P2 burst of meetings": burst,
    "P3 both rise together": together,
    "P4 succession as the trigger": succession,
    "P5 yearly rhythm": rhythm,
    "P6 loose formats": loose,
    "P7 willingness differs": willingness,
    "P8 formal body swallowed": swallowed,
    "P9 China grows, Russia holds": trade,
    "P10 attention follows shocks": attention,
    "P11 Azerbaijan's ladder": ladder,
    "P12 security last": exercises,
    "P13 transit diverted": diverted,
    "P14 clashes dent": clashes,
    "P15 liking fades alone": liking,
    "placebos": placebos,
}


def main() -> int:
    """Print the table."""
    print("| pattern | at the prior | figure |")
    print("|---|---|---|")
    for name, look in LOOKS.items():
        figure, seen = look()
        print(f"| {name} | {STANDING[seen]} | {figure} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
