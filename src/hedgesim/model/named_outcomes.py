"""Outcomes of single countries, powers, domains and formats, recorded where they are named: `share_economy_RUS_KAZ`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from types import ModuleType
from typing import NamedTuple

from hedgesim.errors import NO_MEANINGS, closest
from hedgesim.model.arrays import COUNTRY, RUN, Array, indicator
from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.setting import Axes
from hedgesim.model.world import LEADERS, MEMBER, World

MEAN_TRUST = "trust"
"""Outcome of a country: mean trust in the other countries, weighted by ties."""

HEDGING = "hedging_index"

MOST_AXES = 16
"""Axes whose names are kept in memory."""

Codes = Mapping[str, Sequence[str]]
"""Codes of countries, partners (countries again), powers, domains, options and formats, by the name of one."""


@dataclass(frozen=True)
class Family:
    """Outcomes with one number for every place on some axes.

    quantity: what has the numbers, a key of `quantities`. places: whose codes follow in the name; without any the
    outcome is the mean over countries. total: whether a run has the sum over its quarters, else its last value. always:
    whether every run has it, named or not. words: what its mean over runs is, with places in braces; by default the
    stem and "of" the place.
    """

    stem: str
    quantity: str
    places: tuple[str, ...]
    unit: str
    meaning: str
    source: str = "model"
    total: bool = False
    always: bool = False
    words: str = ""

    @property
    def form(self) -> str:
        """The name of one of them, with words in place of codes."""
        return "_".join([self.stem, *(f"<{place.upper()}>" for place in self.places)])


def _of_countries() -> Iterator[Family]:
    """Outcomes of countries, of one or as the mean over all."""
    for name, item in OUTCOMES.items():
        if item.table == "countries" and name != "presence":
            for places, of in (((), "mean over countries"), (("country",), "of one country")):
                meaning, always = f"{of}: {item.meaning}", name == HEDGING
                yield Family(name, name, places, item.unit, meaning, item.source, always=always)


FAMILIES: tuple[Family, ...] = (
    Family(
        *("presence", "presence", ("option",), "share", "mean over countries: presence of an option"),
        always=True,
        words="presence of {option}, mean over countries",
    ),
    Family(
        *("presence", "presence", ("option", "country"), "share", "presence of an option in one country"),
        words="presence of {option} in {country}",
    ),
    *_of_countries(),
    Family(
        *(MEAN_TRUST, "mean trust", ("country",), "1", "mean trust in the other countries, weighted by ties, 0..1"),
        words="mean trust of {country} in the other countries",
    ),
    Family(
        *(MEAN_TRUST, "trust", ("country", "partner"), "1", "trust of a country in another, 0..1"),
        words="trust of {country} in {partner}",
    ),
    Family(
        *("share", "share", ("domain", "option", "country"), "share", "share of an option in a domain of a country"),
        words="share of {option} in the {domain} of {country}",
    ),
    Family(
        *("threat", "threat of powers", ("power", "country"), "1"),
        "rise of the threat that a country perceives from a power",
        words="threat that {country} perceives from {power}",
    ),
    Family("attention", "attention", ("power",), "1", "attention of a power"),
    Family(
        *("rung", "rung", ("format",), "rung", "highest rung of a format: 0 none, 1 ministers, 2 leaders"),
        words="highest rung of {format} from 0 (none) to 2 (leaders)",
    ),
    Family(
        *("leader_meetings", "summits", ("format",), "meetings", "meetings of its leaders"),
        total=True,
        words="number of meetings of leaders of {format}",
    ),
    Family(
        *("status", "status", ("country", "format"), "status", "0 none, 1 guest, 2 observer, 3 member"),
        words="status of {country} in {format} from 0 (none) to 3 (member)",
    ),
    Family(
        *("member", "member", ("country", "format"), "1", "1 where the country is a full member"),
        words="share of runs in which {country} is a member of {format}",
    ),
    Family(
        *("came", "came", ("country", "format"), "meetings", "leaders' meetings to which its head came"),
        total=True,
        words="number of meetings of leaders of {format} to which the head of {country} came",
    ),
)
"""Every outcome that may be named beside those that each run has."""

STEMS = tuple(dict.fromkeys(one.stem for one in FAMILIES))


class NamedOutcome(NamedTuple):
    """One outcome: its family, and the codes of its places."""

    family: Family
    codes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name that says it."""
        return "_".join([self.family.stem, *self.codes])

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is, of which country or other entity (nothing for a mean over countries), and of which option."""
        places = dict(zip(self.family.places, self.codes, strict=True))
        stem = "_".join([self.family.stem, *places.pop("domain", "").split()])
        country, other = places.pop("country", ""), next(iter(places.values()), "")
        return (stem, country, other) if country or "option" in places else (stem, other, "")

    def in_words(self, names: Mapping[str, str] = NO_MEANINGS) -> str:
        """What its mean over runs is; names: in words by code. A format keeps its code before its name."""
        form = self.family.words or " of ".join(
            [self.family.stem.replace("_", " "), *map("{{{}}}".format, self.family.places)]
        )
        places = zip(self.family.places, self.codes, strict=True)
        return form.format(**{place: _called(place, code, names) for place, code in places})


def _called(place: str, code: str, names: Mapping[str, str]) -> str:
    """A place in words; of the name of a format what is before a bracket."""
    name = names.get(code, code)
    if place == "format" and name != code:
        return f"{code} ({name.partition(' (')[0]})"
    return name.lower() if place == "domain" else name


def named_outcomes(codes: Codes) -> dict[str, NamedOutcome]:
    """Every outcome that may be named, by its name."""
    return {
        one.name: one
        for family in FAMILIES
        for one in (NamedOutcome(family, chosen) for chosen in product(*(codes[place] for place in family.places)))
        if len(set(one.codes)) == len(one.codes)
    }


def named(name: str) -> NamedOutcome | None:
    """The outcome that a name says, whether it exists or not; codes of countries, powers and options have no "_"."""
    of_stem = [(one, name.removeprefix(one.stem)) for one in FAMILIES if f"{name}_".startswith(f"{one.stem}_")]
    for family, rest in sorted(of_stem, key=lambda one: (-len(one[0].stem), -len(one[0].places))):
        codes = rest.split("_", len(family.places))[1:]
        if len(codes) == len(family.places) and (family.places or not rest):
            return NamedOutcome(family, tuple(codes))
    return None


def of_key(key: tuple[str, str, str]) -> NamedOutcome | None:
    """The outcome that has a key; see `NamedOutcome.key`."""
    outcome, entity, option = key
    names = ("_".join(filter(None, (outcome, *codes))) for codes in ((option, entity), (entity, option)))
    return next((one for one in map(named, names) if one is not None and one.key == key), None)


def name_of(key: tuple[str, str, str]) -> str:
    """The name of the outcome that has a key."""
    one, (outcome, entity, option) = of_key(key), key
    return one.name if one is not None else "_".join(filter(None, (outcome, option, entity)))


def which(name: str, known: Iterable[str], meanings: Mapping[str, str] = NO_MEANINGS) -> str:
    """The remedy for an outcome that is not known: which one may be meant, and where all are listed.

    meanings: names in words of countries and others by code.
    """
    near = closest(name, known, meanings)
    guess = f'Did you mean "{near}"? ' if near is not None else ""
    return f"{guess}They are listed by: hedgesim outcomes."


def is_yes_or_no(name: str) -> bool:
    """Whether an outcome is 1 or 0, so that its mean is a share of runs."""
    one = named(name)
    return one is not None and one.family.quantity == "member"


def is_further(name: str) -> bool:
    """Whether a name has the form of an outcome that runs have only where it is named."""
    one = named(name)
    return one is not None and not one.family.always and name not in OUTCOMES


@lru_cache(maxsize=MOST_AXES)
def named_in(axes: Axes) -> Mapping[str, NamedOutcome]:
    """Every outcome that may be named of runs with some axes."""
    return named_outcomes(codes_of(axes))


def codes_of(axes: Axes) -> Codes:
    """The codes on every axis."""
    return {
        "country": axes.countries,
        "partner": axes.countries,
        "power": axes.powers,
        "domain": axes.domains,
        "option": axes.options,
        "format": axes.formats,
    }


def quantities(
    world: World, presence: Array, of_countries: Mapping[str, Array], trust: Array, mean_trust: Array
) -> dict[str, Array]:
    """What has the numbers, axes (country or 1, domain or 1, target or 1, run), by the names that families have."""
    xp = world.xp
    return {
        **of_countries,
        "presence": presence,
        "mean trust": mean_trust,
        "trust": trust,
        "share": world.share,
        "threat of powers": world.threat,
        "attention": world.attention,
        "rung": world.ladder,
        "summits": indicator(xp, world.meeting >= LEADERS),
        "status": world.status,
        "member": indicator(xp, world.status == MEMBER),
        "came": world.came,
    }


def numbers_of(xp: ModuleType, names: Sequence[str], found: Mapping[str, Array], axes: Axes) -> Array:
    """The numbers of some outcomes, axes (outcome, run); found: the quantities of a quarter."""
    rows = [_number(xp, named_in(axes)[name], found, axes) for name in names]
    return xp.stack([xp.broadcast_to(row, (found["share"].shape[RUN],)) for row in rows])


def _number(xp: ModuleType, one: NamedOutcome, found: Mapping[str, Array], axes: Axes) -> Array:
    """The numbers of an outcome, axes (run or 1,)."""
    codes, array = codes_of(axes), found[one.family.quantity]
    places = [0, 0, 0]
    for place, code in zip(one.family.places, one.codes, strict=True):
        axis = {"country": 0, "domain": 1}.get(place, 2)
        places[axis] = codes[place].index(code) if array.shape[axis] > 1 else 0
    if "country" in one.family.places or array.shape[COUNTRY] == 1:
        return array[places[0], places[1], places[2], :]
    return xp.mean(array[:, places[1], places[2], :], axis=0)
