"""The commands that make the batches of a page again, and the texts that they need."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

from hedgesim.errors import HedgesimError
from hedgesim.experiment import read_experiment
from hedgesim.report.subject import Subject
from hedgesim.results.folders import SWEEP
from hedgesim.results.ownership import IDENTITY, identity_in
from hedgesim.scenario import read_scenario
from hedgesim.scenario.twins import left_out_in

PLAIN_RUN = {"engine": "ensemble", "backend": "numpy", "keep": 100}
"""What `hedgesim run` does by itself."""


def in_folders(subjects: Sequence[Subject], given: Sequence[str]) -> tuple[Subject, ...]:
    """Batches with the folders that the commands of a page write them into; that of a twin is in that of its run.

    given: those that are known, else nothing.
    """
    mains = _mains(subjects)
    own = [folder or f"results/{one.name.strip('/.')}" for one, folder in zip(subjects, given, strict=True)]
    folders = [f"{own[mains[n]]}/twin" if n in mains else folder for n, folder in enumerate(own)]
    return tuple(replace(one, folder=folder) for one, folder in zip(subjects, folders, strict=True))


def again(subjects: Sequence[Subject]) -> tuple[list[str], dict[str, str]]:
    """The commands that make batches again, and the texts that they need by the name of the file.

    A run and its twin are made by one command.
    """
    texts: dict[str, str] = {}
    mains = _mains(subjects)
    twins, commands = {main: subjects[n] for n, main in mains.items()}, []
    for n, subject in enumerate(subjects):
        if n not in mains:
            manifest, file = subject.results.manifest, _file(subject, texts)
            words = _sweep_words(manifest, file) if _is_sweep(subject) else _run_words(manifest, file)
            more = _twin_words(subject, twins[n], texts) if n in twins else []
            commands.append(shlex.join([*words, *more, "-o", subject.folder]))
    return commands, texts


def _mains(subjects: Sequence[Subject]) -> dict[int, int]:
    """Places of twins, with the places of the batches whose twins they are."""
    pairs = permutations(range(len(subjects)), 2)
    return {n: main for n, main in pairs if _is_twin(subjects[n], of=subjects[main])}


def _is_sweep(subject: Subject) -> bool:
    return bool(subject.results.manifest.get("kind") == SWEEP)


def _is_twin(one: Subject, *, of: Subject) -> bool:
    """Whether a batch was run as the twin of another: both have the identity of the pair, the other first."""
    manifest, scenarios = of.results.manifest, [side.scenario for side in (of, one)]
    pair = [scenario for scenario in scenarios if scenario is not None]
    if _is_sweep(one) or _is_sweep(of) or len(pair) < len(scenarios):
        return False
    rules = sorted((manifest.get("rules") or {}).values())
    asked = identity_in(manifest, pair, rules)
    return asked == manifest.get(IDENTITY) == one.results.manifest.get(IDENTITY)


def _twin_words(main: Subject, twin: Subject, texts: dict[str, str]) -> list[str]:
    """The options with which a run makes its twin too."""
    assert main.scenario is not None
    assert twin.scenario is not None
    left_out = left_out_in(twin.scenario, main.scenario)
    return [word for name in left_out for word in ("--without", name)] or ["--twin", _file(twin, texts)]


def _file(subject: Subject, texts: dict[str, str]) -> str:
    """What a command is given for a batch: the name of what is packaged, or a file, whose text is then in `texts`."""
    manifest = subject.results.manifest
    name, text, packaged = (_experiment if _is_sweep(subject) else _scenario)(manifest)
    if packaged:
        return name
    called = re.sub(r"[^\w.-]+", "_", subject.name).strip("_.") or "batch"
    tries = (f"{name}.yaml", f"{called}.yaml", *(f"{called}_{n}.yaml" for n in range(2, len(texts) + 3)))
    file = next(one for one in tries if texts.get(one, text) == text)
    texts[file] = text
    return file


def _scenario(manifest: Mapping[str, Any]) -> tuple[str, str, bool]:
    """Name of a scenario, the effective text, and whether the packaged scenario of this name is the same."""
    name = str(manifest["scenario"])
    try:
        same = read_scenario(name, seed=manifest["seed"]).digest == manifest["scenario_digest"]
    except (HedgesimError, KeyError):
        same = False
    return name, str(manifest.get("scenario_text", "")), same


def _experiment(manifest: Mapping[str, Any]) -> tuple[str, str, bool]:
    """As `_scenario`, of an experiment."""
    name = str(manifest["experiment"])
    try:
        known = read_experiment(name)
        same = (known.quick() if manifest.get("quick") else known).digest == manifest["digest"]
    except (HedgesimError, KeyError):
        same = False
    return name, str(manifest.get("text", "")), same


def _run_words(manifest: Mapping[str, Any], name: str) -> list[str]:
    words = ["hedgesim", "run", name, "--runs", str(manifest["runs"]), "--seed", str(manifest["seed"])]
    for key, usual in PLAIN_RUN.items():
        if manifest.get(key, usual) not in {usual, None}:
            words += [f"--{key}", str(manifest[key])]
    asked = [word for outcome in manifest.get("outcomes") or () for word in ("--outcome", str(outcome))]
    return [*words, *asked, *_rules(manifest)]


def _sweep_words(manifest: Mapping[str, Any], name: str) -> list[str]:
    words = ["hedgesim", "sweep", name]
    if manifest.get("backend", "numpy") != "numpy":
        words += ["--backend", str(manifest["backend"])]
    quick = ["--quick"] if manifest.get("quick") and not name.endswith(".yaml") else []
    return [*words, *quick, *_rules(manifest)]


def _rules(manifest: Mapping[str, Any]) -> list[str]:
    return [word for name in manifest.get("rules") or {} for word in ("--rules", f"{name}.py")]
