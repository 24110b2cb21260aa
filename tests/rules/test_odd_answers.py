"""Rules with answers that are no real numbers, a pace out of range, parameters that nobody can set, or warnings."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

import hedgesim
from command_line import call, files_below
from hedgesim.errors import HedgesimError

from .test_trial import BEGIN, country_rule, marked, power_rule, written

pytestmark = pytest.mark.usefixtures("rule_folder")

ANSWER = "return value_of_options(view, taste)"
PACE = country_rule(ANSWER) + "\n    def pace(self):\n        return {}  # <-\n"

NO_NUMBERS: dict[str, tuple[str, str]] = {
    "objects": ("np.array(value_of_options(view, taste), dtype=object)", "object"),
    "text": ("value_of_options(view, taste).astype('U9')", "str288"),
    "records": ("np.zeros(view.response.shape, dtype=[('a', float), ('b', int)])", "void128"),
    "times": ("value_of_options(view, taste).astype('m8[s]')", "timedelta64[s]"),
    "complex numbers": ("value_of_options(view, taste) * (1.0 + 1j)", "complex128"),
}


@pytest.mark.parametrize(("answer", "kind"), NO_NUMBERS.values(), ids=NO_NUMBERS)
def test_an_array_of_something_else_than_real_numbers_is_refused_by_check_rule_and_run(answer: str, kind: str) -> None:
    text = country_rule(f"return {answer}  # <-")
    written(text)
    before = files_below(Path.cwd())
    for words in (("check-rule", "mine.py"), ("run", "war_2022", "--rules", "mine.py")):
        said = call(*words)
        assert (said.code, said.out) == (2, "")
        assert said.err == (
            f"mine.py:{marked(text)}: Mine: the value is an array of {kind}, not of real numbers. Compute with the"
            " arrays of view and functions of view.xp, without astype, dtype= and complex numbers.\n"
        )
    assert files_below(Path.cwd()) == before


def test_a_power_that_decides_in_complex_numbers_is_refused() -> None:
    text = power_rule("return PowerDecision(attention=view.attention + 0j, pressure=0.0 * view.loss)  # <-")
    with pytest.raises(
        HedgesimError, match=rf"^mine.py:{marked(text)}: Mine: attention is an array of complex128, not"
    ):
        hedgesim.read_rule_file(written(text))


@pytest.mark.parametrize("kind", ["np.float32", "np.float16", "np.int64", "bool"])
def test_numbers_of_every_real_type_are_taken(kind: str) -> None:
    hedgesim.read_rule_file(written(country_rule(f"return (view.threat[..., :1, :] > view.response).astype({kind})")))


@pytest.mark.parametrize("pace", ["-5", "20.5", "1e300", "float('nan')", "'a'", "1j", "None", "-self.answer"])
def test_a_pace_out_of_range_is_refused_at_its_line(pace: str) -> None:
    text = PACE.format(pace)
    with pytest.raises(HedgesimError, match=r"Mine: pace\(\) is .+, not a number from 0 to 20\. Return 1") as caught:
        hedgesim.read_rule_file(written(text))
    assert caught.value.place.line == marked(text)


@pytest.mark.parametrize("pace", ["0", "2.5", "20.0", "True", "self.answer + 1.0"])
def test_a_pace_from_0_to_20_is_taken(pace: str) -> None:
    hedgesim.read_rule_file(written(PACE.format(pace)))


@pytest.mark.parametrize("name", ["rule", "country", "power"])
def test_a_parameter_with_the_name_of_a_key_beside_which_it_would_stand_is_refused(name: str) -> None:
    text = country_rule(ANSWER, begin=BEGIN.replace("    answer:", f"    {name}:"))
    with pytest.raises(HedgesimError) as caught:
        hedgesim.read_rule_file(written(text))
    line = next(n for n, one in enumerate(text.splitlines(), start=1) if one.startswith(f"    {name}:"))
    assert str(caught.value) == (
        f"mine.py:{line}: Mine.{name} has the name of a key of scenarios, {name}, which stands beside it."
        " Give it another name."
    )


def test_a_rule_that_closes_standard_output_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    text = country_rule(f"import sys\nsys.stdout.close()\n{ANSWER}  # <-")
    with pytest.raises(HedgesimError, match=rf"^mine.py:{marked(text)}: closes standard output\. Take this out"):
        hedgesim.read_rule_file(written(text))


@pytest.mark.filterwarnings("default")
def test_what_a_rule_warns_of_names_its_line() -> None:
    text = country_rule(f"import warnings\nwarnings.warn('as you like')  # <-\n{ANSWER}")
    written(text)
    said = call("check-rule", "mine.py")
    assert said.code == 0
    assert set(said.err.splitlines()) == {f"mine.py:{marked(text)}: as you like"}


def test_values_whose_exponentials_are_no_numbers_are_taken_without_a_warning() -> None:
    written(country_rule("return 0.0 * view.response + 1e300"))
    said = call("check-rule", "mine.py")
    assert (said.code, said.err) == (0, "")


NO_VIEWS: dict[str, tuple[object, str]] = {
    "more powers than two": ({"threat": [1, 2, 3, 4, 5, 6]}, 'known["threat"]=a list: it must be finite numbers for 2'),
    "fewer powers than two": ({"threat": [1.0]}, 'known["threat"]=a list: it must be finite numbers for 2 targets, or'),
    "no number": ({"threat": [float("nan"), 0.0]}, 'known["threat"]=a list: it must be finite'),
    "nothing": ({"loss": None}, 'known["loss"]=nothing: it must be finite'),
    "text": ({"threat": "a"}, 'known["threat"]="a": it must be finite'),
    "complex numbers": ({"threat": [1j, 0.0]}, 'known["threat"]=a list: it must be finite'),
    "lists of different lengths": ({"threat": [[1.0, 2.0], [3.0]]}, 'known["threat"]=a list: it must be finite'),
    "two numbers for one": (
        {"politics": [1.0, 1.0]},
        'known["politics"]=a list: it must be finite numbers for 1 target,',
    ),
    "no fields": (None, "known=nothing: it is of another type, NoneType. Write fields by name, like"),
    "a list of fields": (["threat"], "known=a list: it is of another type, list."),
}


@pytest.mark.parametrize(("known", "fault"), NO_VIEWS.values(), ids=NO_VIEWS)
def test_an_example_view_refuses_what_is_no_finite_numbers_for_its_targets(known: object, fault: str) -> None:
    of_powers = isinstance(known, dict) and "loss" in known
    make = hedgesim.example_power_view if of_powers else hedgesim.example_view
    with pytest.raises(HedgesimError) as caught:
        make(known)
    assert str(caught.value).startswith(fault)


def test_an_example_view_takes_one_number_for_all_targets_as_well_as_a_list() -> None:
    assert hedgesim.example_view({"threat": 0.5}).threat.tolist() == [[[[0.5], [0.5]]]]
    assert hedgesim.example_power_view({"loss": [1, 0]}).loss.tolist() == [[[[1.0], [0.0]]]]
