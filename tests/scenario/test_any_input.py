"""Whatever is in the file, the reader returns a scenario or raises a ScenarioError of one line."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hedgesim.errors import ScenarioError
from hedgesim.scenario import KnownNames, Scenario

from .examples import BASE, NOTHING, PLAIN, read

Writer = Callable[..., Path]
GENTLE = settings(
    deadline=None,
    max_examples=150,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
KEYS = ["purpose", "start", "end", "seed", "shocks", "rules", "data", "settings", "extends", "tables"]
MARKS = [": ", ":", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", ", "'", '"', "#", "|\n", ">\n", "? "]
TRAPS = ["<<", ".inf", "&a ", "*a", "!!str ", "---\n", "\t", "%", "@", "\\x00", "é", "\u2028", "../y.yaml"]
PLAINS = ["2021Q1", "2026Q4", "null", "true", "1", "-1e3", "x.yaml", "/"]
TOKENS = st.sampled_from([*KEYS, *MARKS, *TRAPS, *PLAINS])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PLACES = ["end", "settings.a", "data.0.key", "data", "countries", "formats", "tables", "nothing", ""]
RULES = ["rules.countries.AAA", "rules.powers"]
SHOCKS = ["shocks.war", "shocks.war.channels", "shocks.war.channels.0.size", "shocks.quake.arrival"]
PATHS = st.sampled_from([*PLACES, *RULES, *SHOCKS])


def outcome(path: Path, *overrides: str, names: KnownNames = NOTHING) -> Scenario | str:
    try:
        return read(path, overrides=overrides, names=names)
    except ScenarioError as error:
        caught = error
    assert all("\n" not in str(each) and each.remedy for each in caught.all)
    return str(caught)


@GENTLE
@given(content=st.binary(max_size=200))
@example(content=b"\xef\xbb\xbf" + PLAIN.encode())
@example(content=b"\xff\xfe")
@example(content=b"a: \xed\xa0\x80")
@example(content=b'"\\ud800": 1')
def test_any_bytes_are_read_or_refused(content: bytes, write: Writer) -> None:
    assert outcome(write(content))


@GENTLE
@given(text=st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str, write: Writer) -> None:
    assert outcome(write(text))


@GENTLE
@given(tokens=st.lists(TOKENS, max_size=30), start=st.sampled_from(["", PLAIN]))
def test_any_row_of_yaml_tokens_is_read_or_refused(tokens: list[str], start: str, write: Writer) -> None:
    assert outcome(write(start + "".join(tokens)))


@GENTLE
@given(position=st.integers(0, len(BASE)), length=st.integers(0, 12), insert=TOKENS)
def test_any_damage_to_a_good_file_is_read_or_refused(
    position: int, length: int, insert: str, write: Writer, words: KnownNames
) -> None:
    assert outcome(write(BASE[:position] + insert + BASE[position + length :]), names=words)


@GENTLE
@given(path=PATHS, value=VALUES)
def test_any_value_set_anywhere_is_taken_or_refused(path: str, value: object, write: Writer, words: KnownNames) -> None:
    assert outcome(write(BASE), f"{path}={_flow(value)}", names=words)


@GENTLE
@given(override=st.text(max_size=40))
def test_any_override_is_taken_or_refused(override: str, write: Writer) -> None:
    assert outcome(write(BASE), override)


def _flow(value: object) -> str:
    """Write a value as YAML in flow style."""
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return str(value)
