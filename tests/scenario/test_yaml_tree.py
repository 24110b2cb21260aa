"""YAML text becomes plain values by the YAML 1.2 core rules, each with its place."""

import pytest
import yaml

from hedgesim.errors import Place
from hedgesim.scenario import yaml_tree
from hedgesim.scenario.yaml_tree import compose, plain, walk

LOADERS = [yaml.SafeLoader, yaml_tree._LOADER]


def placing(line: int, column: int) -> Place:
    return Place("f", line, column)


def value_of(text: str) -> yaml_tree.Plain:
    node = compose(f"key: {text}", placing)
    assert node is not None
    value = plain(node)
    assert isinstance(value, dict)
    return value["key"]


WORDS = {
    "NO": "NO",
    "no": "no",
    "on": "on",
    "y": "y",
    "true": True,
    "False": False,
    "null": None,
    "~": None,
    "": None,
    "2021Q1": "2021Q1",
    "2022-02-24": "2022-02-24",
    "2022-02": "2022-02",
    "2022": 2022,
    "-3": -3,
    "007": 7,
    "0x1F": "0x1F",
    "0o17": "0o17",
    "1_000": "1_000",
    "12:30:45": "12:30:45",
    "1e-3": 0.001,
    "1.": 1.0,
    ".5": 0.5,
    "+2.5E+2": 250.0,
    "1e": "1e",
    ".": ".",
    '"true"': "true",
    "'12'": "12",
    '"a\\tb"': "a\tb",
    "information": "information",
    "nanny": "nanny",
    "[a, 1, [b]]": ["a", 1, ["b"]],
    "{a: {b: no}}": {"a": {"b": "no"}},
}


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(("text", "value"), WORDS.items())
def test_unquoted_text_is_read_by_the_core_rules(
    text: str, value: object, loader: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_tree, "_LOADER", loader)
    found = value_of(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("loader", LOADERS)
def test_every_value_and_key_keeps_its_place(loader: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_tree, "_LOADER", loader)
    text = "\ufeff# é\na: 1\nb:\n  c: [x, {d: é, e: 2}]\n  f:\n  - g\r\n  - h: ü\n"
    root = compose(text.removeprefix("\ufeff"), placing)
    assert root is not None
    places = {
        ".".join(map(str, path)): (node.place.line, node.place.column, node.anchor.line, node.anchor.column)
        for path, node in walk(root)
    }
    assert places == {
        "": (2, 1, 2, 1),
        "a": (2, 4, 2, 1),
        "b": (4, 3, 3, 1),
        "b.c": (4, 6, 4, 3),
        "b.c.0": (4, 7, 4, 7),
        "b.c.1": (4, 10, 4, 10),
        "b.c.1.d": (4, 14, 4, 11),
        "b.c.1.e": (4, 20, 4, 17),
        "b.f": (6, 3, 5, 3),
        "b.f.0": (6, 5, 6, 5),
        "b.f.1": (7, 5, 7, 5),
        "b.f.1.h": (7, 8, 7, 5),
    }
