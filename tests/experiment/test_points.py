"""The points of an experiment: what is crossed, what is paired, and which points one ensemble can make together."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hedgesim.experiment import DesignPoints, Experiment, design_points
from scenario.examples import changed

from .examples import HEAD, TABLE

Writer = Callable[..., Path]
Reader = Callable[[str], Experiment]

CROSSED = """\
question: What moves what?
scenarios: [war_2022, no_war]
uncertainties:
  settings.taste.threat: [0.0, 1.0, 2.0]
  settings.taste.need: {low: 1.0, high: 2.0, levels: 2}
levers:
  rules.countries.all.rule: [balancing, habit]
  end: [2021Q4]
outcomes: [hedging_index]
replications: 5
seed: 7
"""

OPENING = changed("war_2022 -> us_opens_to_azerbaijan", HEAD)
OWN = changed("[war_2022] -> [own.yaml]", HEAD)

OWN_RULES = """\
purpose: Kazakhstan has a number of its own, Uzbekistan and Tajikistan have rules of their own
extends: war_2022
seed: 1
rules:
  countries:
    all: {rule: balancing}
    KAZ: {rule: balancing, recoil: 2}
    UZB: {rule: omnibalancing}
    TJK: {rule: balancing}
    TKM: {rule: habit}
"""


def columns(points: DesignPoints, *paths: str) -> list[tuple[object, ...]]:
    return list(points.table[list(paths)].itertuples(index=False, name=None))


def test_scenarios_are_crossed_with_levers_and_levers_with_samples(read: Reader) -> None:
    points = design_points(read(CROSSED))
    assert (len(points), points.runs) == (2 * 2 * 6, 2 * 2 * 6 * 5)
    expected = [
        (scenario, rule, "2021Q4", threat, need)
        for scenario in ("war_2022", "no_war")
        for rule in ("balancing", "habit")
        for threat in (0.0, 1.0, 2.0)
        for need in (1.0, 2.0)
    ]
    paths = ("scenario", "rules.countries.all.rule", "end", "settings.taste.threat", "settings.taste.need")
    assert columns(points, *paths) == expected
    assert points.table["point"].tolist() == list(range(24))
    assert points.table["sample"].tolist() == list(range(6)) * 4
    assert [(one.path, one.role, one.numeric) for one in points.factors] == [
        ("scenario", "scenarios", False),
        ("settings.taste.threat", "uncertainties", True),
        ("settings.taste.need", "uncertainties", True),
        ("rules.countries.all.rule", "levers", False),
        ("end", "levers", False),
    ]


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol", "saltelli", "morris"])
def test_a_sample_is_the_same_under_every_lever_and_scenario(design: str, read: Reader) -> None:
    text = changed("[0.0, 1.0, 2.0] -> {low: 0.0, high: 2.0}", CROSSED).replace(", levels: 2", "")
    points = design_points(read(text + f"design: {design}\nsamples: 4\n"))
    n = {"latin_hypercube": 4, "sobol": 4, "saltelli": 4 * 4, "morris": 4 * 3}[design]
    assert len(points) == 2 * 2 * n
    paths = ["settings.taste.threat", "settings.taste.need"]
    blocks = [block[["sample", *paths]].reset_index(drop=True) for _, block in by_lever(points)]
    assert len(blocks) == 4
    for block in blocks:
        pd.testing.assert_frame_equal(block, blocks[0], check_exact=True)
    assert blocks[0]["sample"].tolist() == list(range(n))
    assert blocks[0]["settings.taste.need"].between(1.0, 2.0).all()


def by_lever(points: DesignPoints) -> list[tuple[object, pd.DataFrame]]:
    return list(points.table.groupby(["scenario", "rules.countries.all.rule"], sort=False))


@pytest.mark.parametrize(
    ("pairing", "first_draw"),
    [
        ("", [0] * 24),
        ("pairing: all\n", [0] * 24),
        ("pairing: levers\n", [0, 5, 10, 15, 20, 25] * 4),
        ("pairing: none\n", list(range(0, 120, 5))),
    ],
)
def test_pairing_says_which_points_share_random_numbers(pairing: str, first_draw: list[int], read: Reader) -> None:
    assert design_points(read(CROSSED + pairing)).table["first_draw"].tolist() == first_draw


def test_an_experiment_may_vary_nothing_but_scenarios(read: Reader) -> None:
    points = design_points(read(changed("[war_2022] -> [no_war, war_2022]", HEAD)))
    assert columns(points, "point", "sample", "scenario", "first_draw") == [(0, 0, "no_war", 0), (1, 0, "war_2022", 0)]
    assert [(one.scenario.name, one.scenario.seed) for one in points.variants] == [("no_war", 7), ("war_2022", 7)]
    assert points.numbers == {}


def test_scenario_file_beside_the_experiment_is_called_as_it_is(write: Writer, read: Reader) -> None:
    write(OWN_RULES, "mine/own.yaml")
    points = design_points(read(changed("[war_2022] -> [war_2022, mine/own.yaml]", HEAD)))
    assert points.table["scenario"].tolist() == ["war_2022", "own"]
    assert points.variants[1].scenario.rules.of_country("KAZ") == ("balancing", {"recoil": 2.0})


def test_points_that_differ_in_numbers_only_share_a_variant(write: Writer, read: Reader) -> None:
    text = """\
uncertainties:
  settings.taste.threat: [0.0, 1.0]
  shock_sizes.war_2022: [0.0, 2.0]
  rules.countries.all.recoil: [1.0, 4.0]
levers:
  settings.taste.need: [1.0, 2.0]
"""
    write(OWN_RULES, "own.yaml")
    points = design_points(read(OWN + text))
    assert len(points) == 16
    assert len(points.variants) == 1
    assert set(points.variant) == {0}
    for path, numbers in points.numbers.items():
        assert numbers.dtype == np.float64
        assert np.array_equal(numbers, points.table[path])
    assert set(points.numbers) == set(points.table.columns) - {"point", "sample", "scenario", "first_draw"}


def test_sizes_of_shocks_in_a_variant_are_as_they_are(read: Reader) -> None:
    text = "uncertainties:\n  shock_sizes.war_2022: {values: [0.0, 2.0], also: [shock_sizes.cpc_storm]}\n"
    (variant,) = design_points(read(HEAD + text)).variants
    assert dict(variant.scenario.shock_sizes) == {"war_2022": 1.0, "cpc_storm": 1.0}


def test_rules_and_dates_and_scenarios_make_variants(read: Reader) -> None:
    points = design_points(read(CROSSED))
    assert len(points.variants) == 2 * 2
    found = [(one.scenario.name, one.scenario.rules.of_country("KAZ")[0]) for one in points.variants]
    assert found == [(name, rule) for name in ("war_2022", "no_war") for rule in ("balancing", "habit")]
    assert points.variant.tolist() == [n for n in range(4) for _ in range(6)]
    assert {str(one.scenario.end) for one in points.variants} == {"2021Q4"}
    assert set(points.numbers) == {"settings.taste.threat", "settings.taste.need"}


@pytest.mark.parametrize(
    ("path", "values"),
    [("shocks.us_initiative.date", ["2022Q4", "2023Q2"]), ("shocks.us_initiative.channels.0.size", [0.1, 0.2])],
)
def test_what_an_ensemble_cannot_vary_makes_variants(path: str, values: list[str | float], read: Reader) -> None:
    points = design_points(read(OPENING + f"uncertainties:\n  {path}: {values}\n".replace("'", "")))
    shocks = [one.scenario.shocks["us_initiative"] for one in points.variants]
    assert [str(one.date) if path.endswith("date") else one.channels[0].size for one in shocks] == values
    assert points.table[path].tolist() == values
    assert points.variant.tolist() == [0, 1]
    assert points.factors[1].numeric == isinstance(values[0], float)
    assert points.numbers == {}


def test_lists_and_nothing_are_values_too(read: Reader) -> None:
    text = "levers:\n  omit_shocks: [[], [covid], [covid, war_2022]]\n  settings.taste.threat: [2.0, null]\n"
    points = design_points(read(HEAD + text))
    assert columns(points, "omit_shocks", "settings.taste.threat") == [
        (names, threat) for names in ("[]", '["covid"]', '["covid", "war_2022"]') for threat in ("2.0", "null")
    ]
    assert [tuple(one.scenario.omit_shocks) for one in points.variants[::2]] == [(), ("covid",), ("covid", "war_2022")]
    assert [one.scenario.settings.get("taste.threat") for one in points.variants[:2]] == [2.0, None]


def test_further_paths_take_the_same_value(read: Reader) -> None:
    held = "{values: [habit, random], also: [rules.countries.UZB.rule]}"
    points = design_points(read(HEAD + f"levers:\n  rules.countries.KAZ.rule: {held}\n"))
    rules = [[one.scenario.rules.of_country(code)[0] for code in ("KAZ", "UZB", "TJK")] for one in points.variants]
    assert rules == [["habit", "habit", "multi_vector"], ["random", "random", "multi_vector"]]
    assert "rules.countries.UZB.rule" not in points.table


def test_a_number_that_goes_also_where_an_ensemble_cannot_vary_it_makes_variants(read: Reader) -> None:
    held = "{values: [0.1, 0.2], also: [shocks.us_initiative.channels.0.size, shock_sizes.war_2022]}"
    points = design_points(read(OPENING + f"uncertainties:\n  settings.taste.threat: {held}\n"))
    assert points.numbers == {}
    for size, one in zip((0.1, 0.2), points.variants, strict=True):
        assert one.scenario.settings["taste.threat"] == size
        assert one.scenario.shock_sizes["war_2022"] == size
        assert one.scenario.shocks["us_initiative"].channels[0].size == size


ONE = """\
uncertainties:
  rules.countries.all.recoil: {values: [1.0, 4.0], also: [rules.countries.KAZ.recoil]}
  rules.countries.TJK.recoil: [2.0, 3.0]
  rules.countries.UZB.protection: [1.0, 2.0]
"""


@pytest.mark.parametrize(
    ("text", "members"),
    [
        (
            "uncertainties:\n  rules.countries.all.recoil: [1.0, 4.0]\n",
            {"rules.countries.all.recoil": {"KGZ", "TJK", "AZE"}},
        ),
        (
            ONE,
            {
                "rules.countries.all.recoil": {"KGZ", "AZE"},
                "rules.countries.KAZ.recoil": {"KAZ"},
                "rules.countries.TJK.recoil": {"TJK"},
                "rules.countries.UZB.protection": {"UZB"},
            },
        ),
    ],
    ids=["all", "one"],
)
def test_parameter_of_all_does_not_reach_who_has_one_of_his_own(
    text: str, members: dict[str, set[str]], write: Writer, read: Reader
) -> None:
    write(OWN_RULES, "own.yaml")
    (variant,) = design_points(read(OWN + text)).variants
    assert {path: set(codes) for path, codes in variant.members.items()} == members


def test_parameter_of_a_rule_reaches_other_countries_under_other_levers(read: Reader) -> None:
    text = """\
uncertainties:
  rules.countries.all.recoil: [1.0, 2.0]
levers:
  rules.countries.all.rule: [balancing, omnibalancing]
  rules.countries.KAZ.rule: [balancing, habit]
"""
    points = design_points(read(HEAD + text))
    found = ["KAZ" in one.members["rules.countries.all.recoil"] for one in points.variants]
    assert found == [True, False, False, False], "parameters carry over only within the same rule"
    assert all("UZB" in one.members["rules.countries.all.recoil"] for one in points.variants)


def test_table_of_samples_gives_numbers_and_words_row_by_row(write: Writer, read: Reader) -> None:
    write(
        '\ufeff"settings.taste.threat" , rules.countries.all.rule,shock_sizes.war_2022\n'
        '0.5,habit,1\n\n1e0, "balancing",0\r\n.25,habit,2.5\n',
        "samples.csv",
    )
    text = TABLE + "levers:\n  settings.taste.need: [1.0, 2.0]\nreplications: 3\npairing: levers\n"
    points = design_points(read(text))
    paths = ("settings.taste.threat", "rules.countries.all.rule", "shock_sizes.war_2022")
    rows = [(0.5, "habit", 1.0), (1.0, "balancing", 0.0), (0.25, "habit", 2.5)]
    assert columns(points, *paths) == rows * 2
    assert points.table["settings.taste.need"].tolist() == [1.0] * 3 + [2.0] * 3
    assert points.table["sample"].tolist() == [0, 1, 2] * 2
    assert points.table["first_draw"].tolist() == [0, 3, 6] * 2
    assert [one.scenario.rules.of_country("KAZ")[0] for one in points.variants] == ["habit", "balancing"]
    assert points.variant.tolist() == [0, 1, 0] * 2
    assert [one.role for one in points.factors] == ["scenarios", *["uncertainties"] * 3, "levers"]


EMOJI = {
    "😀": "😀",
    r'"\ud83d\ude00"': "😀",
    r'"\U0001F600"': "😀",
    r'"\\\ud83d\ude00"': "\\😀",
    r'"\\ud83d b"': "\\ud83d b",
}


@pytest.mark.parametrize("written", EMOJI)
def test_characters_beyond_the_first_plane_pass_in_a_lever(written: str, write: Writer, read: Reader) -> None:
    write("purpose: p\nextends: peace\nseed: 1\n", "own.yaml")
    points = design_points(read(OWN + f"levers:\n  shocks.peace.name: [plain, {written}]\n"))
    assert points.variants[1].scenario.shocks["peace"].name == EMOJI[written]
    assert points.table["shocks.peace.name"].tolist() == ["plain", EMOJI[written]]


def test_quarters_in_a_table_of_samples_are_no_numbers(write: Writer, read: Reader) -> None:
    write("end\n2021Q4\n2022Q1\n", "samples.csv")
    assert [str(one.scenario.end) for one in design_points(read(TABLE)).variants] == ["2021Q4", "2022Q1"]
