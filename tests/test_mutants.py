"""Mutants are made as they should be, and the tests notice most of a sample of them."""

import subprocess
import sys

import pytest

from mutants import mutants_of
from mutation import HERE, SOURCE

EQUATION = '''"""Numbers of a text are no numbers: 3."""
def move(xp, threat, rate):
    """Half of 1."""
    return xp.where(threat > 0.0, threat + rate * threat, 0.0 * threat)
'''


def test_operators_comparisons_numbers_terms_and_the_order_of_arguments_are_changed_one_at_a_time() -> None:
    found = {(one.line, one.before, one.after) for one in mutants_of("x.py", EQUATION)}
    whole = "xp.where(threat > 0.0, threat + rate * threat, 0.0 * threat)"
    assert found == {
        (4, whole, "xp.where(threat > 0.0, 0.0 * threat, threat + rate * threat)"),
        (4, "threat > 0.0", "threat >= 0.0"),
        (4, "threat > 0.0", "threat < 0.0"),
        (4, "0.0", "1.0"),
        (4, "threat + rate * threat", "threat - rate * threat"),
        (4, "threat + rate * threat", "threat"),
        (4, "threat + rate * threat", "rate * threat"),
        (4, "rate * threat", "rate / threat"),
        (4, "rate * threat", "rate"),
        (4, "rate * threat", "threat"),
    }


def test_each_mutant_of_an_equation_is_a_text_of_its_own_with_the_same_lines() -> None:
    text = (SOURCE / "model" / "shares.py").read_text()
    mutants = list(mutants_of("model/shares.py", text))
    assert len({one.text for one in mutants}) == len(mutants) > 100
    for one in mutants:
        compile(one.text, one.file, "exec")
        assert one.text != text
        assert one.text.count("\n") == text.count("\n")


@pytest.mark.hold
def test_most_of_a_sample_of_changed_equations_are_noticed() -> None:
    # Some mutants change nothing: a bound that is never reached, a draw that equals a chance exactly.
    words = ["--sample", "120", "--seed", "15", "--least", "0.85"]
    done = subprocess.run([sys.executable, HERE / "mutation.py", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
