"""Files with something wrong in them: shipped texts changed at random, always the same way for a number."""

from __future__ import annotations

import random
from collections.abc import Callable

VALUES = (
    "", "0", "-1", "1e308", "nan", ".inf", "true", "null", "[]", "{}", "2025Q9", "2025-02-30", "KAX", "RUS", "Россия",
    "0,5", '"', "[unclosed", "{a: b", "- x", "&a", "*a", "!!python/object:os.system", "a: b: c", "\t",
    "99999999999999999999", "1_0", "'; --", "../../x", "\u202e", "x" * 500,
)  # fmt: skip
"""What takes the place of a value."""


def garbled(text: str, number: int) -> str:
    """A text with one to three things changed."""
    chance = random.Random(number)
    lines = text.split("\n")
    for _ in range(chance.randint(1, 3)):
        chance.choice(CHANGES)(lines, chance)
    return "\n".join(lines)


def _place(lines: list[str], chance: random.Random) -> int:
    return chance.randrange(len(lines))


def _drop(lines: list[str], chance: random.Random) -> None:
    if len(lines) > 1:
        del lines[_place(lines, chance)]


def _double(lines: list[str], chance: random.Random) -> None:
    place = _place(lines, chance)
    lines.insert(place, lines[place])


def _move(lines: list[str], chance: random.Random) -> None:
    lines.insert(_place(lines, chance), lines.pop(_place(lines, chance)))


def _indent(lines: list[str], chance: random.Random) -> None:
    place = _place(lines, chance)
    lines[place] = "  " * chance.randint(1, 2) + lines[place] if chance.random() < 0.5 else lines[place].lstrip()


def _value(lines: list[str], chance: random.Random) -> None:
    place = _place(lines, chance)
    for mark in (": ", ","):
        if mark in lines[place]:
            parts = lines[place].split(mark)
            parts[chance.randrange(1, len(parts))] = chance.choice(VALUES)
            lines[place] = mark.join(parts)
            return


def _key(lines: list[str], chance: random.Random) -> None:
    place = _place(lines, chance)
    head, mark, rest = lines[place].partition(":")
    if mark and head.strip():
        letter = chance.randrange(len(head))
        lines[place] = head[:letter] + chance.choice("xé_ -") + head[letter + 1 :] + mark + rest


def _letter(lines: list[str], chance: random.Random) -> None:
    place = _place(lines, chance)
    letter = chance.randrange(len(lines[place]) + 1)
    lines[place] = lines[place][:letter] + chance.choice("\x00\x1b\ufeff'\"[]{}#&*!|>%@`,;") + lines[place][letter:]


def _cut(lines: list[str], chance: random.Random) -> None:
    del lines[max(1, _place(lines, chance)) :]


CHANGES: tuple[Callable[[list[str], random.Random], None], ...] = (
    _drop, _double, _move, _indent, _value, _value, _value, _key, _key, _letter, _cut,
)  # fmt: skip
