"""Cases of the rule `template` that can be checked by hand; run them by `python -m pytest test_template.py`.

The last case names a parameter of the rule: where you change the rule, change it too.
"""

from pathlib import Path

import numpy as np
import pytest

import hedgesim
from hedgesim.model.parameters import Parameters

Template = hedgesim.read_rule_file(Path(__file__).with_name("template.py"))


def pressure(known, **parameters):
    """Pressure of two powers on one country."""
    rule, view = Template().with_values(parameters), hedgesim.example_power_view(known)
    return rule.decide(view, Parameters()).pressure[0, 0, :, 0]


def test_nobody_is_pressed_when_nothing_happens():
    assert not np.any(pressure({}))


def test_half_of_the_usual_pressure_is_half_of_it():
    known = {"loss": [0.12, 0.0]}
    assert pressure(known, force=0.5) == pytest.approx(0.5 * pressure(known, force=1.0))
