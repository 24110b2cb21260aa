"""Shocks of a scenario file, and which targets and sizes each shock channel of the model takes."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, WithJsonSchema, model_validator

from hedgesim.errors import LIKE_A_NUMBER, choose_from, listed, shown
from hedgesim.model.shocks import CHANNELS, ChannelForm
from hedgesim.scenario.checked import FROZEN, PATH, WHERE, Fault, Or, misfit, refuse
from hedgesim.scenario.files import NUMBER, number_like
from hedgesim.scenario.values import (
    Countries,
    Country,
    Domains,
    EventDate,
    Name,
    Options,
    Powers,
    Source,
    known_to,
    within,
)

TARGET_KEYS = ("countries", "powers", "domains", "options", "partner")
_WORD = re.compile("-?[A-Za-z]+")
GRADES = ("small", "medium", "large", "extreme")
"""Grades that the page of the scenario format names; the numbers are those of the tables."""
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def _channel(name: str) -> str:
    """Accept the name of a channel."""
    if name not in CHANNELS:
        meanings = {channel: form.meaning for channel, form in CHANNELS.items()}
        raise misfit(f"unknown channel {shown(name)}", choose_from(name, CHANNELS, meanings))
    return name


def _identifier(name: str) -> str:
    """Accept a shock's id that can be in dotted paths."""
    if not _IDENTIFIER.fullmatch(name):
        fault = f"{shown(name)} cannot be the id of a shock"
        raise misfit(fault, "Use letters, digits and _, and begin with a letter.")
    return name


def in_numbers(grades: Mapping[str, float], *, numbers: bool = True) -> str:
    """The grades of a channel, with their numbers or without."""
    ordered = sorted(grades.items(), key=lambda one: one[1])
    return ", ".join(f"{grade} {number:g}" if numbers else grade for grade, number in ordered)


ChannelName = Annotated[
    str,
    AfterValidator(_channel),
    WithJsonSchema(
        {
            "type": "string",
            "enum": list(CHANNELS),
            "markdownEnumDescriptions": [form.described() for form in CHANNELS.values()],
        }
    ),
]
ShockId = Annotated[str, AfterValidator(_identifier)]


class ShockChannel(BaseModel):
    """One change by a shock: a channel, whom it hits, how strongly and for how long."""

    model_config = FROZEN
    channel: ChannelName = Field(examples=["intention"], description="Channel on which the shock acts.")
    size: Annotated[float, Or({"type": "string", "pattern": f"^{_WORD.pattern}$"})] = Field(
        examples=[0.39],
        json_schema_extra={"unit": "of the channel"},
        description="Size in the channel's unit, or a grade of the scale such as large; negative (-large) lowers it.",
    )
    countries: Countries | None = Field(
        None, examples=[["KAZ"]], description="Countries hit; left out: all, where the channel allows."
    )
    powers: Powers | None = Field(None, examples=[["RUS"]], description="Powers hit; exactly two for rivalry.")
    domains: Domains | None = Field(None, examples=[["economy"]], description="Domains hit; left out: all.")
    options: Options | None = Field(
        None, examples=[["RUS", "region"]], description="Options hit: powers, region or other."
    )
    partner: Country | None = Field(None, examples=["UZB"], description="The other country of a passage.")
    half_life: float | None = Field(
        None,
        gt=0,
        examples=[8.0],
        json_schema_extra={"unit": "quarters"},
        description="Quarters until half is left; left out: permanent.",
    )
    ramp: float = Field(
        0.0,
        ge=0,
        examples=[2.0],
        json_schema_extra={"unit": "quarters"},
        description="Quarters until the full size is reached.",
    )
    duration: float | None = Field(
        None,
        gt=0,
        examples=[4.0],
        json_schema_extra={"unit": "quarters"},
        description="Quarters after which it is over; left out: no end.",
    )

    @model_validator(mode="before")
    @classmethod
    def _read_grade(cls, value: Any, info: ValidationInfo) -> Any:
        """Read a grade of the scale as its number; where the channel is not known, any grade will do."""
        size = value.get("size") if isinstance(value, dict) else None
        scale = known_to(info).grades
        refuse(_without_scale(value, scale))
        if not scale or not isinstance(size, str) or number_like(size) != LIKE_A_NUMBER or NUMBER.fullmatch(size):
            return value
        channel = value.get("channel")
        grades = scale.get(channel) if isinstance(channel, str) else None
        sign, grade = (-1.0, size[1:]) if size.startswith("-") else (1.0, size)
        if grade not in (grades or {name for of in scale.values() for name in of}):
            of = f" of {channel}" if grades else ""
            known = in_numbers(grades) if grades else in_numbers(next(iter(scale.values())), numbers=False)
            fault = f"{PATH} is {shown(size)}, no number and no grade{of}"
            refuse([Fault(("size",), fault, f"Write a number, or a grade: {known}.")])
        return {**value, "size": sign * grades[grade] if grades else 0.0}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Self:
        """Check that the channel has the targets it needs and no others, and a size in its range."""
        refuse(self._faults(CHANNELS[self.channel], known_to(info).grades.get(self.channel, {})))
        return self

    def _faults(self, form: ChannelForm, grades: Mapping[str, float]) -> Iterator[Fault]:
        for key in TARGET_KEYS:
            targets = getattr(self, key)
            if targets is None and key in form.needs:
                yield Fault((key,), f"{self.channel} needs {key}", f"Add {key} to this channel.")
            elif targets is not None and key not in form.targets:
                remedy = f"It takes {listed(form.targets)}." if form.targets else "It takes no targets."
                yield Fault((key,), f"{self.channel} takes no {key}", remedy, at_key=True)
            elif targets is not None and key in form.needs and key != "partner":
                yield from self._count_faults(key, len(targets), form)
        if self.partner is not None and self.partner in (self.countries or ()):
            fault = f"partner {shown(self.partner)} is also in countries"
            yield Fault(("partner",), fault, "Name another partner.")
        if not form.low <= self.size <= form.high:
            fault = f"size {self.size:g} of {self.channel} is out of range"
            or_grade = f", or a grade: {in_numbers(grades)}" if grades else ""
            yield Fault(("size",), fault, f"Write a number from {form.low:g} to {form.high:g}{or_grade}.")

    def _count_faults(self, key: str, count: int, form: ChannelForm) -> Iterator[Fault]:
        if count < form.fewest or (form.most is not None and count > form.most):
            number = f"exactly {form.most}" if form.most is not None else f"at least {form.fewest}"
            yield Fault((key,), f"{self.channel} needs {number} {key}, not {count}", f"Name {number}.")


def _without_scale(value: Any, scale: Mapping[str, Mapping[str, float]]) -> Iterator[Fault]:
    """A grade of a channel of which the tables have no scale."""
    size, channel = (value.get(key) if isinstance(value, dict) else None for key in ("size", "channel"))
    if not isinstance(size, str) or size.removeprefix("-") not in GRADES or not isinstance(channel, str):
        return
    if channel in CHANNELS and channel not in scale:
        form = CHANNELS[channel]
        fault = f"{PATH} is {shown(size)}, a grade, and no scale.csv of these tables says its number for {channel}"
        write = f"Write a number from {form.low:g} to {form.high:g}, or add scale.csv to the tables"
        yield Fault(("size",), fault, f"{write}: hedgesim new region NAME writes one.")


class Arrival(BaseModel):
    """A shock that arrives at random."""

    model_config = FROZEN
    rate: float = Field(
        gt=0,
        le=4,
        examples=[0.05],
        json_schema_extra={"unit": "1/quarter"},
        description="Rate of its one arrival; the chance that it comes in a quarter is 1 - exp(-rate).",
    )


class Shock(BaseModel):
    """An event from outside the model, dated or arriving at random."""

    model_config = FROZEN | {"json_schema_extra": lambda schema: schema.pop("required")}
    name: Name | None = Field(None, examples=["The ceasefire"], description="Name of the event in charts.")
    date: Annotated[EventDate, within()] | None = Field(
        None,
        examples=["2025-03-10"],
        description="Quarter from which it acts, or the day (second half: the next quarter) or month of the event.",
    )
    arrival: Arrival | None = Field(None, examples=[{"rate": 0.05}], description="Random arrival, instead of a date.")
    source: Source = Field(examples=["assumption"], description="Key of the table of sources, or assumption.")
    channels: Annotated[tuple[ShockChannel, ...], Field(min_length=1, strict=False)] = Field(
        examples=[[{"channel": "access", "countries": ["KAZ"], "options": ["region"], "size": -0.21}]],
        description="Changes that the shock makes.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        """Check that the shock has one timing."""
        if self.date is None and self.arrival is None:
            remedy = "Write date: or arrival: {rate: …}."
            refuse([Fault((), f"{PATH} has neither date nor arrival", remedy, at_key=True)])
        if self.date is not None and self.arrival is not None:
            refuse([Fault(("arrival",), f"{WHERE} has both date and arrival", "Keep one of the two.", at_key=True)])
        return self
