"""The page of the scenario format is that of the schema, and every key has an example that may be written so."""

import sys
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, TypeAdapter

from hedgesim.scenario import Scenario, known_names
from hedgesim.scenario.changes import Change, FormatChange, MembershipChange, RuleChange
from hedgesim.scenario.channels import Arrival, Shock, ShockChannel
from hedgesim.scenario.rule_choices import RuleChoice, Rules
from hedgesim.scenario.schema import DataOverride
from hedgesim.scenario.values import OwnSource

ROOT = Path(__file__).parents[2]
MODELS: tuple[type[BaseModel], ...] = (
    Scenario, Shock, ShockChannel, Arrival, Change, MembershipChange, RuleChange, FormatChange, Rules, RuleChoice,
    OwnSource, DataOverride,
)  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_has_an_example_that_is_allowed(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        assert field.examples, name
        kind: Any = Annotated[(field.annotation, field)]
        for example in field.examples:
            TypeAdapter(kind).validate_python(example, context=known_names())


def test_the_page_of_the_format_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import write_format

    assert set(write_format.ORDER) | {"Scenario"} == {model.__name__ for model in MODELS}
    assert write_format.page() == (ROOT / "docs" / "scenario_format.md").read_text(), "run `make docs`"
    sys.modules.pop("write_format")
