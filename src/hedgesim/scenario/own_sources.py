"""Sources that a scenario brings, and how far a number that it brings may be trusted."""

from collections.abc import Collection, Iterator
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo

from hedgesim.scenario.cells import ASSUMPTION
from hedgesim.scenario.checked import FROZEN, Fault, refuse
from hedgesim.scenario.tables import confidence_in
from hedgesim.scenario.values import Name, by_key, known_to


class OwnSource(BaseModel):
    """A source of the scenario's own, which its other keys cite."""

    model_config = FROZEN
    citation: Name = Field(
        examples=["My report on the border, 2025"],
        description="Author, title and year, or other details by which a reader can find it.",
    )
    url: Name | None = Field(None, examples=["https://example.org/report"], description="Address.")
    date: Name | None = Field(None, examples=["2025-03"], description="Date of publication, or date of reading.")

    @property
    def entry(self) -> dict[str, str]:
        """What the table of sources would hold."""
        return self.model_dump(exclude_none=True)


def _check(sources: dict[str, OwnSource], info: ValidationInfo) -> dict[str, OwnSource]:
    """Refuse keys that are taken."""

    def faults() -> Iterator[Fault]:
        for key in sources:
            if key in {ASSUMPTION, *(known_to(info).sources or ())} or ";" in key:
                fault = f"{key} cannot be the key of a source of the scenario's own: it is taken, or has a semicolon"
                yield Fault((key,), fault, "Choose another key, or cite the existing one.", at_key=True)

    refuse(faults())
    return by_key(sources)


OwnSources = Annotated[dict[Name, OwnSource], AfterValidator(_check)]


def confidence_of_size(source: str, own: Collection[str], size: float, grades: Collection[float]) -> str:
    """Confidence of a size that a scenario brings: an assumption, unless it is graded or the source is its own.

    grades: the numbers of the scale. Somebody else's source says what happened, and the scale what size that is; any
    other number under its key is invented.
    """
    vouched = all(key.strip() in own for key in source.split(";"))
    graded = any(abs(abs(size) - grade) < TOLERANCE for grade in grades)
    return confidence_in(source) if vouched or graded else ASSUMPTION


TOLERANCE = 1e-9
"""A size is a grade if it differs from it by less."""
