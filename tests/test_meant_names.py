"""Which name is meant by one that is not known: codes of countries and powers, their names in words, and outcomes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from command_line import call, refused
from hedgesim.errors import closest
from hedgesim.model.named_outcomes import named_in
from hedgesim.scenario import read_scenario
from hedgesim.scenario.arrays import read_inputs
from hedgesim.scenario.known_names import KnownNames, known_names

COUNTRIES = {
    "Kazahstan": "KAZ",
    "KZ": "KAZ",
    "KG": "KGZ",
    "AZ": "AZE",
    "TJ": "TJK",
    "Uzbek": "UZB",
    "Kirgizstan": "KGZ",
    "Azerbaidjan": "AZE",
    "kazakhstan": "KAZ",
}
POWERS = {
    "Russia": "RUS",
    "Rusia": "RUS",
    "RU": "RUS",
    "US": "USA",
    "United Sates": "USA",
    "Turkey": "TUR",
    "TR": "TUR",
    "CN": "CHN",
    "IN": "IND",
    "IR": "IRN",
    "Gulf": "GCC",
    "Indonesia": None,
    "Germany": None,
}
OUTCOMES = {
    "presence_RUS_KZ": "presence_RUS_KAZ",
    "presence_RUS_KG": "presence_RUS_KGZ",
    "presence_Russia_KAZ": "presence_RUS_KAZ",
    "presence_Rusia_Kazahstan": "presence_RUS_KAZ",
    "member_KG_EAEU": "member_KGZ_EAEU",
    "share_economy_CN_UZ": "share_economy_CHN_UZB",
    "hedging_index_KZ": "hedging_index_KAZ",
    "leader_meeting_CM": "leader_meetings_CM",
}


@pytest.fixture(scope="module")
def names() -> KnownNames:
    return known_names()


@pytest.mark.parametrize(("given", "meant"), COUNTRIES.items())
def test_a_country_is_recognised_by_its_code_and_by_its_name(given: str, meant: str, names: KnownNames) -> None:
    assert closest(given, names.countries or (), names.meanings) == meant


@pytest.mark.parametrize(("given", "meant"), POWERS.items())
def test_a_power_is_recognised_and_another_state_is_not_taken_for_one(
    given: str, meant: str | None, names: KnownNames
) -> None:
    assert closest(given, names.powers or (), names.meanings) == meant


@pytest.mark.parametrize(("given", "meant"), OUTCOMES.items())
def test_the_codes_in_an_outcome_are_recognised(given: str, meant: str, names: KnownNames) -> None:
    known = named_in(read_inputs(read_scenario("war_2022")).setting.axes)
    assert closest(given, known, names.meanings) == meant


MEANT = {
    "run war_2022 --runs 2 --outcome presence_RUS_KZ": "presence_RUS_KAZ",
    "why no_war war_2022 --runs 1 --outcome presence_RUS_KZ": "presence_RUS_KAZ",
    "explain war_2022 --country Kazahstan --period 2022Q3": "KAZ",
    "run war_2022 --set rules.countries.Kazahstan.rule=hiding": "KAZ",
    "run war_2022 --set aggressor=Rusia": "RUS",
    "run war_2022 --set countries=[Uzbek,KAZ]": "UZB",
}


@pytest.mark.usefixtures("write")
@pytest.mark.parametrize(("command", "meant"), MEANT.items())
def test_commands_say_which_is_meant(command: str, meant: str) -> None:
    said = call(*command.split())
    assert said.code == 2
    assert f'Did you mean "{meant}"?' in said.err, said.err


def test_an_experiment_says_which_outcome_is_meant(write: Callable[..., Path]) -> None:
    text = "question: q\nscenarios: [war_2022]\noutcomes: [presence_RUS_KZ]\ndesign: grid\nreplications: 1\nseed: 1\n"
    assert 'Did you mean "presence_RUS_KAZ"?' in refused("plan", str(write(text)))


@pytest.mark.usefixtures("write")
def test_an_error_of_an_outcome_that_is_not_recorded_is_answered_with_the_option_that_records_it() -> None:
    line = refused("run", "war_2022", "--until-error", "trust_UZB_KGZ=0.1")
    assert line.endswith("Record it, if there is such an outcome: --outcome trust_UZB_KGZ.")
