"""The running mean: is it still moving, and how wide is its interval, after so many runs."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from hedgesim.numbers import significant
from hedgesim.plots.theme import BLUE, GENERAL, INK

Limits = tuple[float, float]
STEPS = (1.0, 2.0, 5.0)  # numbers of runs that are named, in every power of ten


def draw_running(table: pd.DataFrame, axis: Axes, limits: Limits | None = None) -> Axes:
    """The mean over the first n runs, its 90 % interval as a band, and zero as a line; n on a logarithmic axis.

    table: columns n, mean, low, high.
    """
    axis.fill_between(table["n"], table["low"], table["high"], color=BLUE, alpha=0.2, lw=0, zorder=2)
    axis.plot(table["n"], table["mean"], color=BLUE, lw=2.0, zorder=3)
    axis.axhline(0.0, color=INK, lw=1.0, zorder=1.8)
    axis.set_xscale("log")
    axis.set_xlim(float(table["n"].min()), max(float(table["n"].max()), float(table["n"].min()) + 1.0))
    axis.set_ylim(*(limits or running_limits(table)))
    axis.xaxis.set(major_locator=LogLocator(subs=STEPS), major_formatter=GENERAL, minor_formatter=NullFormatter())
    axis.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axis.yaxis.set_major_formatter(GENERAL)
    axis.set_xlabel("runs")
    return axis


def running_limits(table: pd.DataFrame) -> Limits:
    """Limits that hold zero, the last interval twice, and every mean after a tenth of the runs."""
    last, settled = table.iloc[-1], table.loc[table["n"] >= table["n"].max() / 10, "mean"]
    reach = 2.0 * (last["high"] - last["low"])
    low, high = min(0.0, settled.min(), last["low"] - reach), max(0.0, settled.max(), last["high"] + reach)
    return (float(low), float(high)) if high > low else (-1.0, 1.0)


def describe_running(table: pd.DataFrame) -> str:
    """The mean after a tenth of the runs and after all of them, with its interval."""
    last, early = table.iloc[-1], table[table["n"] >= table["n"].max() / 10].iloc[0]
    ends = f"{significant(last['low'])} to {significant(last['high'])}"
    return (
        f"Mean after {early['n']:.0f} runs {significant(early['mean'])}, after {last['n']:.0f} runs"
        f" {significant(last['mean'])}, 90 % interval of the mean {ends}."
    )
