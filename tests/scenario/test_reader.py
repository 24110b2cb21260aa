"""A scenario file becomes a checked scenario with a name, a digest, canonical text and places."""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from hedgesim.errors import Place, ScenarioError
from hedgesim.model.period import Period
from hedgesim.model.shocks import CHANNELS
from hedgesim.scenario import KnownNames, Scenario, packaged_scenarios, read_scenario
from hedgesim.scenario.calibrations import SHIPPED
from hedgesim.scenario.schema import LARGEST_SEED

from .examples import BASE, PLAIN, read

Writer = Callable[..., Path]


def test_values_of_a_file_arrive(write: Writer, words: KnownNames) -> None:
    scenario = read(write(BASE, "war.yaml"), names=words)
    assert (scenario.name, scenario.path, scenario.tables_folder) == ("war", Path("war.yaml"), None)
    assert (scenario.start, scenario.end, scenario.seed) == (Period(2021, 1), Period(2026, 4), 2022)
    assert scenario.settings == {"alignment.noise": 0.1, "alignment.threat_weight": 1.2}
    assert (scenario.formats, scenario.recorded_shocks, scenario.omit_shocks) == ("all", "all", ())
    assert (scenario.countries, scenario.parameters, scenario.aggressor) == (None, SHIPPED, "RED")
    war, quake = scenario.shocks["war"], scenario.shocks["quake"]
    assert war.date == Period(2022, 2)
    assert quake.arrival is not None
    assert quake.arrival.rate == 0.05
    access = war.channels[1]
    assert (access.countries, access.options, access.size) == (("AAA",), ("RED",), -0.3)
    assert (access.half_life, access.ramp, access.duration) == (8.0, 0.0, None)
    assert scenario.data[0].key == {"country": "AAA", "format": "CLUB"}


def test_rule_of_one_goes_over_the_rule_of_all(write: Writer, words: KnownNames) -> None:
    rules = read(write(BASE), overrides=["rules.countries.BBB.memory=3"], names=words).rules
    assert rules.of_country("AAA") == ("multi_vector", {"alpha": 2.0})
    assert rules.of_country("BBB") == ("multi_vector", {"alpha": 2.0, "memory": 3.0})
    assert rules.of_country("CCC") == ("neutrality", {})
    assert rules.of_power("RED") == ("suitor", {})
    assert rules.of_power("BLUE") == ("patron", {})


def test_seed_of_the_caller_wins_and_may_stand_in_for_a_missing_one(write: Writer) -> None:
    assert read(write(PLAIN), seed=0).seed == 0
    assert read(write(PLAIN), seed=7, overrides=["seed=7"]).seed == 7
    with pytest.raises(ScenarioError, match=r"^--seed 7: --set seed=8 sets another seed\. Leave one of them out\.$"):
        read(write(PLAIN), seed=7, overrides=["seed=8"])
    assert read(write(PLAIN.replace("seed: 2022\n", "")), seed=7).seed == 7
    with pytest.raises(ScenarioError, match=r"^--seed -1: seed is -1 but must be at least 0\. "):
        read(write(PLAIN), seed=-1)
    with pytest.raises(ScenarioError, match=f"at most {LARGEST_SEED}"):
        read(write(PLAIN), seed=2**70)


def test_places_lead_back_to_file_and_option(write: Writer) -> None:
    scenario = read(write(BASE), overrides=["end=2025Q4"], seed=1)
    assert scenario.places["shocks.war.date"] == Place("x.yaml", 16, 11)
    assert scenario.places["settings.alignment.noise"] == Place("x.yaml", 5, 59)
    assert scenario.places["end"] == Place("--set end=2025Q4")
    assert scenario.places["seed"] == Place("--seed 1")
    assert scenario.place("data.0.key.country") == Place("x.yaml", 27, 41)
    assert scenario.place("data.0.unwritten.below") == Place("x.yaml", 27, 5)
    assert scenario.place("nowhere") == Place("x.yaml")


def test_canonical_text_reads_back_as_the_same_scenario(write: Writer, words: KnownNames) -> None:
    odd = BASE.replace("The war breaks out", '"1e5"').replace("name: The war", 'name: "yes: # é NO"')
    scenario = read(write(odd), names=words)
    again = read(write(scenario.text, "again.yaml"), names=words)
    assert (again.text, again.digest, again.keys) == (scenario.text, scenario.digest, scenario.keys)
    assert again.purpose == "1e5"
    assert again.shocks["war"].name == "yes: # é NO"


def test_digest_is_of_the_meaning_and_not_of_the_writing(write: Writer) -> None:
    digest = read(write(BASE)).digest
    assert len(digest) == 64
    rewritten = BASE.replace("alpha: 2}", "alpha: 2.0}").replace("2022-02-24", "2022Q2") + "# comment\n"
    assert read(write(rewritten, "other/name.yaml")).digest == digest
    head, tail = BASE.split("shocks:\n")
    war, rest = tail.split("  quake:\n")
    quake, data = rest.split("data:\n")
    swapped = f"{head}shocks:\n  quake:\n{quake}{war}data:\n{data}"
    assert read(write(swapped)).digest == digest
    assert read(write(swapped)).text == read(write(BASE)).text
    assert read(write(BASE), seed=3).digest != digest
    assert read(write(BASE), overrides=["shocks.war.channels.0.size=0.41"]).digest != digest


def test_digest_of_a_plain_scenario_does_not_drift(write: Writer) -> None:
    known = "0ac4c405af0a9387aa34ada857e2b0560d32deccb03c5db099b7a3c503dc4350"
    assert read(write(PLAIN + "parameters: prior\n")).digest == known


def test_scenario_cannot_be_changed_and_goes_to_other_processes(write: Writer) -> None:
    scenario = read(write(BASE))
    with pytest.raises(ValueError, match="frozen"):
        scenario.seed = 3
    again = pickle.loads(pickle.dumps(scenario))
    assert (again.digest, again.name, again.places) == (scenario.digest, scenario.name, scenario.places)


def test_names_are_those_of_the_tables_folder(write: Writer, words: KnownNames) -> None:
    asked: list[Path | None] = []

    def names_of(folder: Path | None) -> KnownNames:
        asked.append(folder)
        return words

    write("country,value\n", "gulf/shares.csv")
    scenario = read_scenario(write(PLAIN + "tables: gulf\n"), names=names_of)
    read_scenario(write(PLAIN), names=names_of)
    assert asked == [Path("gulf").resolve(), None]
    assert scenario.tables_folder == Path("gulf").resolve()
    assert scenario.tables == "gulf"


def test_packaged_scenarios_are_found_by_name_after_files(
    write: Writer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("hedgesim.scenario.files._folders", lambda _: iter([tmp_path / "none", tmp_path / "shipped"]))
    assert packaged_scenarios() == {}
    write(PLAIN, "shipped/peace.yaml")
    write(PLAIN, "shipped/war.yaml")
    assert list(packaged_scenarios()) == ["peace", "war"]
    peace = read("peace")
    assert (peace.name, peace.path) == ("peace", Path("shipped/peace.yaml"))
    Path("peace").mkdir()
    assert read("peace").path == Path("shipped/peace.yaml")
    Path("peace").rmdir()
    write(PLAIN.replace("plain", "own"), "peace")
    assert read("peace").purpose == "A own scenario"


def written_keys(schema: dict, definitions: dict) -> set[str]:
    """Keys a schema names, through references and alternatives."""
    if "$ref" in schema:
        return written_keys(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    below = [schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", [])]
    below += schema.get("properties", {}).values()
    found = {name for part in below if isinstance(part, dict) for name in written_keys(part, definitions)}
    return found | set(schema.get("properties", {}))


def test_json_schema_names_every_key_of_the_examples_and_describes_it(write: Writer) -> None:
    schema = Scenario.json_schema()
    definitions = schema["$defs"]
    known = written_keys(schema, definitions)
    free = {"alpha", "war", "quake", "all", "CCC", "RED", "country", "format"}
    used = {
        part
        for path in read(write(BASE)).places
        if not path.startswith("settings.")
        for part in path.split(".")
        if not part.isdigit()
    }
    assert used <= known | free
    objects = [schema, *definitions.values()]
    assert all("description" in each for form in objects for each in form["properties"].values())
    assert all(form.get("additionalProperties") is False for form in objects if not form["title"].startswith("Rule"))


def test_json_schema_helps_an_editor() -> None:
    schema = Scenario.json_schema()
    channel = schema["$defs"]["ShockChannel"]["properties"]["channel"]
    assert "intention" in channel["enum"]
    assert len(channel["enum"]) == len(channel["markdownEnumDescriptions"]) == len(CHANNELS)
    assert schema["properties"]["start"]["pattern"] == "^[12][0-9]{3}Q[1-4]$"
    assert schema["anyOf"][0] == {"required": ["extends"]}
    assert schema["anyOf"][1]["required"] == ["purpose", "start", "end", "seed"]
    assert {"type": "null"} in schema["properties"]["shocks"]["additionalProperties"]["anyOf"]
    assert schema["properties"]["formats"]["anyOf"][0] == {"type": "string", "const": "all"}
