"""Ten mistakes, each in the file that `hedgesim new rule` begins: what a student reads, word by word."""

from __future__ import annotations

from pathlib import Path

import pytest

from command_line import call, files_below
from hedgesim.rules.faults import in_our_words

pytestmark = pytest.mark.usefixtures("rule_folder")

RETURN = "        return value_of_options(view, taste)\n"
DECLARED = 'parameter(2.0, "1", (0, 8), "recoil from threat", "assumption")'
SENTENCE = '    """Say here, in one sentence, what a country with this rule does."""\n\n'
IMPORTS = "from dataclasses import dataclass, replace\n"

ARRAY = "it must be (2, 3, 6, 7) for (country, domain, option, run)"
RUNS = "Runs never meet: take no sum, mean, maximum or if over the last axis, and choose with xp.where."
WHIM = "Use view.whim, and write gambles: ClassVar[bool] = True, so that a run can be repeated."
ALIKE = (
    "takes the first of those that are alike, so the order of the list decides. Choose all that are as good as the best"
)
ALONE = (
    "but a rule may import hedgesim, NumPy and Python's own modules only. Compute with functions of view.xp, such as"
)
ODDS = "Give log odds against the start: 0 for no reason to move, positive for what has become worth more."

# mistake -> what is replaced in wary.py, by what, and what is said after "wary.py:"
TEN: dict[str, tuple[str, str, str]] = {
    "syntax error": ("-> Array:", "-> Array", "24: not Python: expected ':'. Correct this line."),
    "wrong shape": (
        *(RETURN, "        return view.threat\n"),
        f"26: Wary: the value has the shape (2, 1, 4, 7); {ARRAY}. Powers are the options without the last two, region"
        " and other. Join these: view.xp.concat((x + 0.0 * view.dependence, 0.0 * view.response[..., :2, :]),"
        " axis=TARGET).",
    ),
    "not a number": (
        *(RETURN, "        return view.response / view.response\n"),
        "26: Wary: the value is nan when nothing has happened. A rise may be 0 or negative: keep it from logarithms,"
        " roots and divisions.",
    ),
    "endless": (
        *(RETURN, "        while True:\n            pass\n"),
        "the rule takes more than 2 seconds. Take out what is slow or never ends.",
    ),
    "own chance": (
        *(RETURN, "        import numpy as np\n\n        return np.random.normal(size=view.response.shape)\n"),
        f"28: np.random.normal gives random numbers that are not the model's. {WHIM}",
    ),
    "ties": (
        *(RETURN, "        best = view.share.argmax(axis=-2, keepdims=True)\n        return best + 0.0 * view.share\n"),
        f"26: argmax {ALIKE}: xp.where(x >= xp.max(x, axis=TARGET, keepdims=True), 1.0, 0.0).",
    ),
    "writing to the view": (
        *(RETURN, "        view.threat *= 2.0\n" + RETURN),
        "26: writes into an array that it is given. Make a new array: write value = value + ..., or use xp.where or"
        " xp.concat.",
    ),
    "no docstring": (
        *(SENTENCE, ""),
        "15: Wary has no docstring. Say under its name, in one sentence, what those who follow it do.",
    ),
    "pandas": (
        *(IMPORTS, IMPORTS + "\nimport pandas as pd\n"),
        f"7: imports pandas, {ALONE} xp.mean(x, axis=TARGET, keepdims=True), and keep the rest in this file.",
    ),
    "shares": (
        *(RETURN, "        return view.share\n"),
        f"26: Wary: the value is shares, which sum to the same over all options. {ODDS}",
    ),
}

# more of the kind
OTHERS: dict[str, tuple[str, str, str]] = {
    "axis of runs lost": (
        *(RETURN, "        return value_of_options(view, taste).sum(axis=-1)\n"),
        f"26: Wary: the value has the shape (2, 3, 6), without the axis run; {ARRAY}. {RUNS}",
    ),
    "axis of domains lost": (
        *(RETURN, "        return value_of_options(view, taste).sum(axis=1)\n"),
        f"26: Wary: the value has the shape (2, 6, 7), without the axis domain; {ARRAY}. Write axis=DOMAIN,"
        " keepdims=True where it is summed, and import DOMAIN from hedgesim.model.arrays.",
    ),
    "mean of all runs": (
        *(RETURN, "        return value_of_options(view, taste).mean(axis=-1, keepdims=True)\n"),
        f"26: Wary: gives a run another answer when it is run alone. {RUNS}",
    ),
    "shapes that do not fit": (
        *(RETURN, "        return view.response + view.threat\n"),
        "26: arrays of the shapes (2,3,6,7) and (2,1,4,7) do not fit together. The axes are (country, domain, option,"
        " run): each is as long in both arrays, or 1 in one, and a sum keeps them by keepdims=True. Powers are the"
        " options without the last two: value[..., :-2, :].",
    ),
    "joined too short": (
        *(RETURN, "        return view.xp.concat((view.threat, view.response), axis=-2)\n"),
        "26: arrays that are joined have an axis of length 1 in one and of length 3 in the other. Bring numbers of"
        " powers to the full length before: x + 0.0 * view.dependence.",
    ),
    "one number": (
        *(RETURN, "        return self.recoil\n"),
        f"26: Wary: the value is float, not an array; {ARRAY}. Make an array of it: 0.0 * view.response + the number.",
    ),
    "no return": (
        *(RETURN, "        value_of_options(view, taste)\n"),
        f"26: Wary: the value is NoneType, not an array; {ARRAY}. Write return in front of what is computed.",
    ),
    "if on an array": (
        *(RETURN, "        if view.threat > 0.0:\n    " + RETURN + "        return view.response\n"),
        "26: if, while, and, or, max and min take one number, and this is an array of many countries and runs. Choose"
        " for each by xp.where(condition, one, other); use xp.maximum, xp.minimum, & and |.",
    ),
    "another value for a parameter": (
        *(RETURN, "        self.recoil = 3.0\n" + RETURN),
        "26: gives recoil a new value, but what a rule is given and its parameters stay as they are. Give the result a"
        " name of its own: new_recoil = ...",
    ),
    "misspelt parameter": ("self.recoil", "self.recoill", '22: Wary has no recoill. Did you mean "recoil"?'),
    "misspelt weight": ("(shared, threat", "(shared, thraet", '22: Taste has no thraet. Did you mean "threat"?'),
    "misspelt field": (
        *(RETURN, "        return view.respones\n"),
        '26: View has no respones. Did you mean "response"?',
    ),
    "misspelt import": (
        *("Taste, value_of_options\n", "Taste, value_of_option\n"),
        '10: hedgesim.model.shares has no value_of_option. Did you mean "value_of_options"?',
    ),
    "misspelt function": (
        *(RETURN, "        return value_of_option(view, taste)\n"),
        '26: nothing is called value_of_option here. Did you mean "value_of_options"?',
    ),
    "without self": ("self.recoil", "recoil", "22: nothing is called recoil here. Write self.recoil."),
    "not imported": (
        *(RETURN, "        return view.response.sum(axis=TARGET)\n"),
        "26: nothing is called TARGET here. Write from hedgesim.model.arrays import TARGET at the top.",
    ),
    "another argument": (
        *("(self, view: View, taste: Taste)", "(self, view: View)"),
        "24: Wary.value does not take what it is given (view, taste). Write def value(self, view, taste): ...",
    ),
    "no type": ("recoil: float = ", "recoil = ", "18: Wary.recoil has no type. Write recoil: float = parameter(...)."),
    "no unit": (
        *(DECLARED, 'parameter(2.0, within=(0, 8), meaning="recoil", source="assumption")'),
        "18: Wary.recoil has no unit. Write it in unit=.",
    ),
    "no range": (
        *(DECLARED, 'parameter(2.0, unit="1", meaning="recoil", source="assumption")'),
        "18: Wary.recoil has no range. Write it in within=.",
    ),
    "one end of a range": (
        "(0, 8)",
        "8",
        "18: Wary.recoil has no range of two numbers. Write within=(lowest, highest).",
    ),
    "no source": (
        *(DECLARED, 'parameter(2.0, "1", (0, 8), "recoil")'),
        "18: Wary.recoil has no source. Write it in source=.",
    ),
    "misspelt aspect": (
        *(DECLARED, 'parameter(2.0, unti="1", within=(0, 8), meaning="recoil", source="assumption")'),
        '18: Wary.recoil has unti=, which no parameter has. Did you mean "unit"? Known: default, meaning, source, unit,'
        " within.",
    ),
    "a source of one's own": (
        *('"assumption"', '"my teacher"'),
        "18: Wary.recoil has a source that is not listed, 'my teacher'. Write \"assumption\", or a source that"
        " hedgesim sources war_2022 --all names.",
    ),
}


PRESSES = "        return PowerDecision(attention=attention.follow_reasons(view, usual), pressure=pressure)\n"
OF_POWERS: dict[str, tuple[str, str]] = {
    "attention=0.5, pressure=pressure": "24: Wary: attention is float, not an array; it must be (1, 1, 4, 7) for (1, 1,"
    " power, run). Make an array of it: 0.0 * view.attention + the number.",
    "attention=view.attention, pressure=0.0": "24: Wary: pressure is float, not an array; it must be (2, 1, 4, 7) for"
    " (country, 1, power, run). Make an array of it: 0.0 * view.loss + the number.",
    "attention=view.attention, presure=pressure": '24: PowerDecision has no presure. Did you mean "pressure"?',
    "attention=view.attention": "24: PowerDecision is not given 'pressure'. Give it by its name, as in"
    " PowerDecision(..., name=...).",
}


def begun(old: str, new: str, kind: str = "country") -> Path:
    call("new", "rule", "wary", "--kind", kind)
    path = Path("wary.py")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(("old", "new", "line"), [*TEN.values(), *OTHERS.values()], ids=[*TEN, *OTHERS])
def test_a_mistake_in_a_rule_is_told_in_one_line_of_plain_words(old: str, new: str, line: str) -> None:
    said = call("check-rule", str(begun(old, new)))
    assert (said.code, said.out) == (2, "")
    if "more than 2 seconds" in line:
        assert said.err in {f"wary.py:{n}: {line}\n" for n in (26, 27)}
    else:
        assert said.err == f"wary.py:{line}\n"


@pytest.mark.parametrize(("decided", "line"), OF_POWERS.items())
def test_a_mistake_in_what_a_power_decides_is_told_likewise(decided: str, line: str) -> None:
    said = call("check-rule", str(begun(PRESSES, f"        return PowerDecision({decided})\n", "power")))
    assert (said.code, said.out, said.err) == (2, "", f"wary.py:{line}\n")


def test_a_function_of_numpy_that_cannot_be_compiled_is_called_so() -> None:
    pytest.importorskip("jax")
    body = "        import numpy as np\n\n        return np.abs(np.asarray(view.response))\n"
    said = call("check-rule", str(begun(RETURN, body)))
    assert said.err == (
        "wary.py:28: JAX cannot compile this rule: it uses a function of NumPy's own. Choose with xp.where and use"
        " functions of view.xp only, never if, max or NumPy's own.\n"
    )


def test_a_file_that_is_called_like_a_shipped_rule_is_refused() -> None:
    begun(RETURN, RETURN).rename("habit.py")
    said = call("check-rule", "habit.py")
    assert (said.code, said.out) == (2, "")
    assert said.err == 'habit.py: "habit" is a rule that comes with hedgesim. Rename the file.\n'


@pytest.mark.parametrize("words", [("try", "wary.py"), ("run", "war_2022", "--rules", "wary.py", "-o", "out")])
def test_try_and_run_say_the_same_and_write_nothing(words: tuple[str, ...]) -> None:
    old, new, line = TEN["ties"]
    begun(old, new)
    before = files_below(Path.cwd())
    said = call(*words)
    assert (said.code, said.out, said.err) == (2, "", f"wary.py:{line}\n")
    assert files_below(Path.cwd()) == before


@pytest.mark.parametrize("remedied", ["x = view.share", "x = view.response"])
def test_the_remedies_for_ties_and_for_powers_alone_work_as_they_are_written(remedied: str) -> None:
    ties = "xp.where(x >= xp.max(x, axis=TARGET, keepdims=True), 1.0, 0.0)"
    joined = "view.xp.concat((y + 0.0 * view.dependence, 0.0 * view.response[..., :2, :]), axis=TARGET)"
    body = f"        xp = view.xp\n        {remedied}\n        y = -view.threat\n        return {ties} + {joined}\n"
    path = begun(RETURN, body)
    path.write_text(path.read_text().replace("import Array\n", "import TARGET, Array\n"))
    said = call("check-rule", str(path))
    assert said.code == 0, said.err


def test_an_error_that_is_not_a_common_one_keeps_the_words_of_python() -> None:
    assert in_our_words(ZeroDivisionError("division by zero")) is None
    assert in_our_words(AttributeError("'NoneType' object has no attribute 'x'")) is None
    assert in_our_words(ValueError()) is None
