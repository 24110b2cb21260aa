"""Rules that gave silent numbers, or a page of traceback: each is refused in one line, at its own line."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import numpy as np
import pytest

import hedgesim
from command_line import call, files_below, sketch
from hedgesim.engines import rule_check, trial
from hedgesim.engines.case import case_of
from hedgesim.errors import HedgesimError
from hedgesim.model.view import PowerView, View
from hedgesim.rules import catalogue, country_rules
from worlds import make_setting, plain_view, scenario_from, views_of

pytestmark = pytest.mark.usefixtures("rule_folder")

BEGIN = '''\
"""Mine: a rule under trial."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hedgesim import CountryRule
from hedgesim.model.arrays import COUNTRY, DOMAIN, TARGET
from hedgesim.model.parameter import parameter
from hedgesim.model.shares import value_of_options


@dataclass(frozen=True)
class Mine(CountryRule):
    """A rule under trial."""

    answer: float = parameter(1.0, unit="1", within=(-1, 2), meaning="how much", source="assumption")

'''
POWER = '''\
"""Mine: a rule of powers under trial."""

from dataclasses import dataclass

from hedgesim import PowerRule
from hedgesim.model.view import PowerDecision


@dataclass(frozen=True)
class Mine(PowerRule):
    """A rule under trial."""

    def decide(self, view, parameters):
        BODY
'''
READ_ONLY, RUN_ALONE = "writes into an array that it is given", "gives a run another answer when it is run alone"
COUNTRY_ALONE, SHAPE = "gives a country another answer when it decides alone", "the value has the shape"
NAN, SHARES = "the value is nan", "the value is shares, which sum to the same"
JAX, CHANCE = "JAX cannot compile this rule", "gives random numbers that are not the model's"

# body of `value`, whose faulty line is marked by <- ; how the fault begins
BODIES: dict[str, tuple[str, str]] = {
    # the inputs of the issue
    "share written to": ("view.share[..., 0] = 0.1  # <-\nreturn view.response", "writes into an array"),
    "argmax with +=": (
        """
        best = view.offer_rise.argmax(axis=-2)
        value = 0.0 * view.response
        value[0, 0, best[0, 0]] += self.answer  # <-
        return value""",
        "writes into an array",
    ),
    "argmax over countries and runs": (
        """
        best = int(np.argmax(view.threat.sum(axis=(0, 1, 3))))  # <-
        weight = np.eye(view.response.shape[TARGET])[best]
        return view.response + weight[None, None, :, None]""",
        "argmax takes the first of those that are alike",
    ),
    "shares for values": ("return view.share * 1.0  # <-", SHARES),
    "shares by softmax": (
        "odds = view.xp.exp(view.response)\nreturn odds / view.xp.sum(odds, axis=TARGET, keepdims=True)  # <-",
        SHARES,
    ),
    "own np.random": ("return view.response + np.random.normal(size=view.response.shape)  # <-", CHANCE),
    "sum over domains": ("return view.response + view.threat.sum(axis=DOMAIN)  # <-", "do not fit together"),
    "sum over domains in an answer": ("return view.response.sum(axis=DOMAIN)  # <-", SHAPE),
    "max of an array": ("return view.response * max(view.neutrality)  # <-", COUNTRY_ALONE),
    "max of an array with runs": ("return view.response * max(view.left)  # <-", "max and min take one number"),
    # more of their kind
    "writing in place under another name": ("value = view.response\nvalue += 1.0  # <-\nreturn value", READ_ONLY),
    "out=": ("return np.add(view.response, 1.0, out=view.response)  # <-", READ_ONLY),
    "opening a view": (
        "share = view.share\nshare.flags.writeable = True\nnp.copyto(share, 0.1)\n"
        "return value_of_options(view, taste)  # <-",
        READ_ONLY,
    ),
    "sorting": ("view.threat.sort(axis=TARGET)  # <-\nreturn view.response", READ_ONLY),
    "one country of an array": ("value = 1.0 * view.response\nvalue[0] = 0.0\nreturn value  # <-", COUNTRY_ALONE),
    "writing into a parameter": ("answer = self.answer\nanswer *= 2.0  # <-\nreturn answer * view.response", ""),
    "own generator with a seed": ("return view.response + np.random.default_rng(1).normal()  # <-", CHANCE),
    "chance in disguise": (
        "chance = getattr(np, 'ran' + 'dom')\nreturn view.response + chance.normal(size=view.response.shape)  # <-",
        "Mine: answers otherwise when it is asked again",
    ),
    "a seed in disguise": (
        "chance = getattr(np, 'ran' + 'dom').default_rng(1)\n"
        "return view.response + chance.normal(size=view.response.shape)  # <-",
        RUN_ALONE,
    ),
    "the mean of all runs": (
        "return view.response - view.xp.mean(view.response, axis=-1, keepdims=True)  # <-",
        RUN_ALONE,
    ),
    "the mean of all countries": (
        "return view.response - view.xp.mean(view.response, axis=COUNTRY, keepdims=True)  # <-",
        COUNTRY_ALONE,
    ),
    "the number of countries": ("return view.response * view.response.shape[COUNTRY]  # <-", COUNTRY_ALONE),
    "logarithms of shares": ("return view.xp.log(view.share)  # <-", "the value is logarithms of shares"),
    "shares in percent": ("return 100.0 * view.share  # <-", SHARES),
    "logarithm of a rise": ("return view.response + view.xp.log(view.dependence.sum())  # <-", "the value is infinite"),
    "division when nothing has happened": (
        "xp = view.xp\nreturn view.response / xp.sum(xp.abs(view.response), axis=TARGET, keepdims=True)  # <-",
        f"{NAN} when nothing has happened",
    ),
    "root at the low end": (
        "return view.response * view.xp.sqrt(view.xp.asarray(self.answer))  # <-",
        f"{NAN} at the low end of its parameters",
    ),
    "one number": ("return 1.0  # <-", "the value is float, not an array"),
    "nothing": ("view.response  # <-", "the value is NoneType, not an array"),
    "powers alone": ("return self.answer * view.threat  # <-", SHAPE),
    "an axis too few": ("return view.response[0]  # <-", SHAPE),
    "if on a parameter of runs": ("return view.response if self.answer > 0.0 else 0.0 * view.response  # <-", ""),
    "undeclared gambling": ("return view.response + view.whim  # <-", "uses view.whim, which is 0 unless"),
    "memory": (
        "memory = vars(type(self)).get('memory', 0)\ntype(self).memory = memory + 1\n"
        "return view.response * memory  # <-",
        "answers otherwise when it is asked again",
    ),
    "another array library": ("return np.log(np.asarray(view.share)) - np.log(view.share_start)  # <-", JAX),
    "no such thing known": ("return view.offers  # <-", "View has no offers. Known: access_other, "),
}
POWERS: dict[str, tuple[str, str]] = {
    "attention above 1": (
        "return PowerDecision(attention=view.base + 2.0, pressure=0.0 * view.loss)  # <-",
        "attention is not between 0 and 1",
    ),
    "pressure written to": ("view.loss[...] = 0.0  # <-\nreturn None", "writes into an array"),
    "negative pressure": (
        "return PowerDecision(attention=view.attention, pressure=view.loss)  # <-",
        "pressure is not 0 or more",
    ),
    "no decision": ("return view.attention  # <-", "decides with ndarray, not PowerDecision"),
    "the mean over powers": (
        "mean = view.xp.mean(view.attention, axis=-2, keepdims=True)\n"
        "return PowerDecision(attention=mean + 0.0 * view.attention, pressure=0.0 * view.loss)  # <-",
        "gives a power another answer when it decides alone",
    ),
    "pressure on all runs": (
        "pressure = view.xp.max(view.loss) + 0.0 * view.loss\n"
        "return PowerDecision(attention=view.attention, pressure=pressure**2)  # <-",
        RUN_ALONE,
    ),
}


def country_rule(body: str, *, begin: str = BEGIN) -> str:
    return begin + "    def value(self, view, taste):\n" + indent(dedent(body).strip("\n"), " " * 8) + "\n"


def power_rule(body: str) -> str:
    return POWER.replace("        BODY\n", indent(dedent(body).strip("\n"), " " * 8) + "\n")


def written(text: str, name: str = "mine.py") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def marked(text: str) -> int:
    (line,) = [n for n, one in enumerate(text.splitlines(), start=1) if "# <-" in one]
    return line


CASES = {
    **{name: (country_rule(body), fault) for name, (body, fault) in BODIES.items()},
    **{f"power: {name}": (power_rule(body), fault) for name, (body, fault) in POWERS.items()},
}


@pytest.mark.parametrize(("text", "fault"), CASES.values(), ids=CASES)
def test_a_rule_that_breaks_the_contract_is_refused_at_its_line(text: str, fault: str) -> None:
    with pytest.raises(HedgesimError) as caught:
        hedgesim.read_rule_file(written(text))
    said = str(caught.value)
    assert said.startswith(f"mine.py:{marked(text)}: "), said
    assert fault in said
    assert said[-1] in ".?!"
    assert catalogue.own == {}


WHOLE: dict[str, tuple[str, str]] = {
    "no docstring": (BEGIN.replace('    """A rule under trial."""\n\n', ""), "Mine has no docstring"),
    "an unknown source": (BEGIN.replace('"assumption"', '"asumption"'), 'Did you mean "assumption"?'),
    "random imported": (BEGIN.replace("import numpy as np", "import random  # <-"), CHANCE),
    "a generator imported": (BEGIN.replace("import numpy as np", "from numpy.random import default_rng  # <-"), CHANCE),
    "secrets imported": (BEGIN.replace("import numpy as np", "from secrets import choice as pick  # <-"), CHANCE),
    "urandom": (BEGIN + "    import os\n    seed = os.urandom(3)  # <-\n", CHANCE),
}


@pytest.mark.parametrize(("begin", "fault"), WHOLE.values(), ids=WHOLE)
def test_a_file_that_breaks_the_contract_is_refused_before_a_value_is_asked_for(begin: str, fault: str) -> None:
    text = country_rule("return view.response", begin=begin)
    with pytest.raises(HedgesimError) as caught:
        hedgesim.read_rule_file(written(text))
    assert fault in str(caught.value)
    if "# <-" in text:
        assert str(caught.value).startswith(f"mine.py:{marked(text)}: ")


ENDLESS = {
    "while it decides": country_rule("while True:\n    pass  # <-"),
    "while it sleeps": country_rule("import time\ntime.sleep(60)  # <-"),
    "while it is read": BEGIN.replace("import numpy as np", "while True: pass  # <-"),
    "in JAX": country_rule("while type(view.share) is not np.ndarray:\n    pass  # <-\nreturn view.response"),
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_a_rule_that_does_not_end_is_refused_at_the_line_where_it_is(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, words in ((catalogue, "READING"), (trial, "TRYING"), (rule_check, "COMPILING")):
        monkeypatch.setattr(module, words, getattr(module, words)._replace(seconds=0.5))
    with pytest.raises(HedgesimError, match=r"takes more than 0.5 seconds") as caught:
        hedgesim.read_rule_file(written(text))
    assert caught.value.place.line in {marked(text), marked(text) - 1}


GOOD = {
    "the default": country_rule("return value_of_options(view, taste)"),
    "one best power": country_rule(
        "xp = view.xp\nbest = xp.max(view.share, axis=TARGET, keepdims=True)\n"
        "return self.answer * xp.where(view.share >= best, 1.0, 0.0)"
    ),
    "gambling": country_rule(
        "return view.response + view.whim",
        begin=BEGIN.replace("    answer:", "    gambles: ClassVar[bool] = True\n    answer:"),
    ),
    "over domains": country_rule("return view.xp.sum(view.response, axis=DOMAIN, keepdims=True)"),
    "a parameter called random": country_rule(
        "return self.random * view.response", begin=BEGIN.replace("    answer:", "    random:")
    ),
    "a dictionary written to": country_rule("parts = {}\nparts['a'] = view.response\nreturn parts['a']"),
    "a rule of the package, changed": BEGIN.replace("(CountryRule)", "(Random)").replace(
        "import numpy as np\n", "from hedgesim.rules.countries.random import Random\n"
    ),
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_a_rule_that_keeps_to_the_contract_is_known_and_is_given(text: str) -> None:
    assert hedgesim.read_rule_file(str(written(text))) is country_rules()["mine"]


def test_without_jax_a_rule_is_tried_in_numpy_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_check, "find_spec", lambda name: None)
    hedgesim.read_rule_file(written(country_rule(BODIES["another array library"][0])))


@pytest.mark.parametrize(
    "words",
    [
        ("run", "war_2022"),
        ("check", "war_2022"),
        ("rules",),
        ("grid", "war_2022", "--vary", "settings.taste.threat=0,1"),
        ("diff", "war_2022", "no_war"),
        ("sources", "war_2022"),
        ("plan", "war_size"),
        ("sweep", "war_size"),
    ],
)
def test_every_command_that_takes_rules_refuses_a_broken_one_in_one_line(words: tuple[str, ...]) -> None:
    written(country_rule("view.share[..., 0] = 0.1\nreturn view.response"))
    before = files_below(Path.cwd())
    said = call(*words, "--rules", "mine.py")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("mine.py:21: writes into an array. Make a new array")
    assert said.err.count("\n") == 1
    assert files_below(Path.cwd()) == before


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("kind", [View, PowerView])
def test_nothing_can_be_written_into_a_view_or_a_part_of_it_and_the_world_stays_open(kind: type, place: int) -> None:
    made = views_of(make_setting())[0 if kind is View else 1]
    for view in (made, made.of(slice(place, place + 1))):
        for array in vars(view).values():
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0.0
    share = np.full((1, 1, 4, 1), 0.25)
    assert not plain_view(share=share).share.flags.writeable
    assert share.flags.writeable


BROKEN_IN_A_RUN = {
    "no number": ("return view.xp.exp(view.response + 3.0)", 1, "2 runs failed: shares of UZB are not numbers from 20"),
    "an exception": (
        "assert view.share.shape[COUNTRY] < 3 and view.share.shape[DOMAIN] < 4\nreturn view.response",
        2,
        "mine.py:21: AssertionError in this rule: no more is said. Correct this line.",
    ),
}


@pytest.mark.parametrize(("body", "code", "line"), BROKEN_IN_A_RUN.values(), ids=BROKEN_IN_A_RUN)
@pytest.mark.parametrize("engine", ["ensemble", "mesa"])
def test_what_fails_only_in_a_run_says_whose_fault_it_is(
    body: str, code: int, line: str, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sketch(monkeypatch)
    written(country_rule(body))
    own = ("--rules", "mine.py", "--set", "rules.countries.UZB.rule=mine", "--engine", engine)
    said = call("run", "war_2022", "--runs", "2", "-o", "out", *own)
    assert said.code == code
    assert line in (said.out if code == 1 else said.err)
    if code == 1:
        assert "; UZB follows mine.py." in said.out
        assert call("run", "war_2022", "--runs", "2", "-o", "json", "--json", *own).code == 1
        twins = call("run", "war_2022", "--twin", "no_war", "--runs", "2", "-o", "twins", *own)
        assert twins.code == 1
        assert "war_2022: 2 runs failed: shares of UZB" in twins.out
    else:
        assert (said.out, said.err.count("\n")) == ("", 1)


def test_a_broken_rule_of_the_package_is_refused_when_a_scenario_uses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    habit = country_rules()["habit"]
    trial.check_decisions.cache_clear()
    monkeypatch.setattr(habit, "value", lambda self, view, taste: view.response[..., :1])
    with pytest.raises(HedgesimError, match=r"gives a run another answer|has the shape"):
        case_of(scenario_from("war_2022", "rules.countries.all.rule=habit", "end=2021Q3"))
    trial.check_decisions.cache_clear()
