"""Cases of the rule `template` that can be checked by hand; run them by `python -m pytest test_template.py`.

The last case names a parameter of the rule: where you change the rule, change it too.
"""

from pathlib import Path

import numpy as np
import pytest

import hedgesim
from hedgesim.model.shares import Taste

Template = hedgesim.read_rule_file(Path(__file__).with_name("template.py"))


def value(known, **parameters):
    """Value of two powers, of region and of other, for one country in one domain (security)."""
    rule, view = Template().with_values(parameters), hedgesim.example_view(known)
    return rule.value(view, rule.taste(Taste()))[0, 0, :, 0]


def test_nothing_moves_when_nothing_happens():
    assert not np.any(value({}))


def test_a_threat_of_one_half_takes_half_of_the_recoil_from_the_first_power():
    assert value({"threat": [0.5, 0.0]}, recoil=2.0) == pytest.approx([-1.0, 0.0, 0.0, 0.0])
