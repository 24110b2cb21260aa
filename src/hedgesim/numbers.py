"""How runs are summed up, and how numbers are written: in significant digits, never as a zero that is none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

QUANTILES: Mapping[str, float] = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
"""Quantiles of every summary, by the name of their column."""

LOW, MEDIAN, HIGH = BAND = ("q05", "q50", "q95")
"""Columns of the ends of a band and of the middle of it."""

INTERVAL = (QUANTILES[LOW], QUANTILES[HIGH])
"""Levels between which 90 % of runs, or of draws, are."""

ENDS_AND_MIDDLE = tuple(QUANTILES[name] for name in BAND)
"""The levels of `BAND`."""

EXACT = 17
"""Digits that tell any two numbers apart."""

IN_BRIEF = 3
"""Digits in a sentence."""

MOST_DECIMALS, LONGEST = 9, 1e15  # beyond them numbers are written with an exponent


def significant(value: float, digits: int = 3, sign: str = "") -> str:
    """A number in so many significant digits, whole digits uncut; nothing if undefined. sign: "+" writes a plus too."""
    if math.isnan(value):
        return ""
    text = f"{value or 0.0:{sign}.{digits}g}"
    return f"{value:{sign}.0f}" if "e+" in text and abs(value) < LONGEST else text


def apart(values: Iterable[float], digits: int = 3, sign: str = "") -> list[str]:
    """Numbers in so many significant digits, or in as many more as tell those apart that differ."""
    numbers = [float(value) for value in values]
    different = len({number for number in numbers if not math.isnan(number)})
    for more in range(digits, EXACT + 1):
        texts = [significant(number, more, sign) for number in numbers]
        if len({text for text in texts if text}) >= different:
            break
    return texts


def alike(values: Iterable[float], digits: int = 3, sign: str = "") -> list[str]:
    """Numbers with the same decimals: those that so many significant digits of the largest take, none if all are whole.

    sign: "+" writes a plus too, but not before 0.
    """
    numbers = [float(value) for value in values]
    largest = max((abs(number) for number in numbers if math.isfinite(number)), default=0.0)
    whole = all(number.is_integer() for number in numbers if math.isfinite(number))
    decimals = 0 if whole else max(0, digits - 1 - math.floor(math.log10(largest)))
    if decimals > MOST_DECIMALS or largest >= LONGEST:
        return [significant(number, digits, sign) for number in numbers]
    texts = [f"{number:{sign}z.{decimals}f}" if number == number else "" for number in numbers]
    return [text.lstrip("+") if text and float(text) == 0.0 else text for text in texts]


def small_apart(values: Iterable[float], digits: int = 2) -> list[str]:
    """Numbers from 0 with the same decimals, see `alike`; 0 is `0`, and what is less than the last decimal `<0.001`."""
    numbers = [float(value) for value in values]
    texts = []
    for number, text in zip(numbers, alike(numbers, digits), strict=True):
        least = 10.0 ** -len(text.partition(".")[2])
        texts.append("0" if number == 0.0 else f"<{least:g}" if float(text or "1") == 0.0 else text)
    return texts


def rounded(values: Iterable[float], error: float) -> tuple[list[str], str]:
    """Numbers as exact as their error, and the error in two digits; in three digits where there is no error."""
    numbers, written = [float(value) for value in values], significant(error, 2)
    if not 0.0 < error < LONGEST:
        return [significant(number) for number in numbers], written
    decimals = max(0, 1 - math.floor(math.log10(error)))
    if decimals > MOST_DECIMALS:
        return [significant(number, MOST_DECIMALS) for number in numbers], written
    return [f"{number:z.{decimals}f}" if number == number else "" for number in numbers], f"{error:.{decimals}f}"


def in_brief(value: float, error: float) -> str:
    """A number for a sentence: as exact as its error, but in three significant digits at most."""
    (written,), _ = rounded([value], error)
    if not math.isfinite(value) or value == 0.0:
        return written
    decimals = max(0, IN_BRIEF - 1 - math.floor(math.log10(abs(value))))
    return min(written, f"{value:z.{decimals}f}", key=len)


def with_error(value: float, error: float) -> str:
    """A number ± its error; without an error that is known, the number."""
    (written,), plus = rounded([value], error)
    return f"{written} ± {plus}" if written and plus else written


def written(value: float, *, is_share: bool, sign: str = "") -> str:
    """A value with its unit: shares in percent (differences of them, with a sign, in points); 0.0 has no sign."""
    if not is_share:
        return significant(value, sign=sign)
    text = f"{100.0 * value:{sign}z.1f}"
    return f"{text.lstrip('+') if float(text) == 0.0 else text} {'points' if sign else '%'}"


def at_end(value: float, *, is_share: bool) -> str:
    """A value beside the end of its line."""
    return written(value, is_share=is_share).replace(" %", "%")


def percent(share: float, decimals: int = 0, sign: str = "") -> str:
    """A share in percent, 0 without a sign; nothing if undefined. sign: "+" writes a plus too."""
    if not math.isfinite(share):
        return ""
    text = f"{100.0 * share:{sign}z.{decimals}f}"
    return f"{text.lstrip('+') if float(text) == 0.0 else text} %"


def sentence(words: str) -> str:
    """Words with the first letter large, the others as they are."""
    return words[:1].upper() + words[1:]
