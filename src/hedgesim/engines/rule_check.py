"""Reads files with rules, and checks each rule whole: its parameters, its decisions, and what JAX makes of them."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import numpy as np

from hedgesim.engines.trial import TOGETHER, AnyRule, Trial, check_decisions, close
from hedgesim.errors import HedgesimError, check_path, check_type, closest, shown
from hedgesim.model.parameter import Parameter, parameters_of
from hedgesim.model.parameters import Parameters
from hedgesim.rules import CountryRule, catalogue
from hedgesim.rules.contract import line_of_class
from hedgesim.rules.faults import COMPILING, Said, fault_at, file_of
from hedgesim.scenario import Scenario, read_scenario
from hedgesim.scenario.changes import RuleChange
from hedgesim.scenario.tables import read_tables


def read_rule_file(path: str | Path) -> AnyRule:
    """Read a Python file with one rule, try the rule, and make it known by the name of the file.

    Raises:
        HedgesimError: the file cannot be read, or the rule breaks the contract; with the line.
    """
    (rule,) = use_rule_files([path])
    return rule


def use_rule_files(paths: Iterable[str | Path]) -> list[AnyRule]:
    """The rules of files, tried, and known by the names of the files; see `read_rule_file`."""
    read = []
    for path in paths:
        check_path("rules", path)
        read.append(catalogue.rule_file(path))
    catalogue.use(read, check_rule)
    return [catalogue.own[file.name][1] for file in read]


def read_with_rules(scenario: Scenario | str | Path, paths: Sequence[str | Path]) -> Scenario:
    """A scenario, read if it is given by name or path, and the rules of files, which must be followed in it."""
    check_type("scenario", scenario, (Scenario, str, Path), "Give what read_scenario returned, or a name or path.")
    check_type("rules", paths, (list, tuple), f"Write rules=[{shown(paths)}].")
    rules = use_rule_files(paths)
    read = scenario if isinstance(scenario, Scenario) else read_scenario(scenario)
    check_followed(rules, read)
    return read


def check_followed(rules: Sequence[AnyRule], *scenarios: Scenario) -> None:
    """Refuse rules of files that nobody in some scenarios follows."""
    choices = [of.values() for one in scenarios for of in (one.rules.countries, one.rules.powers)]
    followed = {choice.rule for choice in chain(*choices)}
    for name, (file, rule) in catalogue.own.items():
        if rule in rules and name not in followed:
            side = "countries" if issubclass(rule, CountryRule) else "powers"
            fault = f"nobody in {' or '.join(one.name for one in scenarios)} follows {name}"
            raise HedgesimError(file.path, fault, f"Write rules.{side}.all.rule={name}, or a code in place of all.")


def check_rule(rule: AnyRule) -> None:
    """Try a rule in NumPy and, where it is installed, in JAX; HedgesimError at its line."""
    _check_parameters(rule)
    check_decisions(rule)
    if find_spec("jax") is not None:
        _check_compiled(rule)


def _check_parameters(rule: AnyRule) -> None:
    """Refuse a parameter that a scenario cannot set, or whose source is not listed."""
    for item in parameters_of(rule):
        found = _parameter_fault(item)
        if found:
            tree = ast.parse("".join(linecache.getlines(file_of(rule))))
            fault = f"{rule.__name__}.{item.name} {found[0]}"
            raise fault_at(rule, fault, found[1], line=line_of_class(tree, rule.__name__, item.name))


def _parameter_fault(item: Parameter) -> Said | None:
    """What is wrong with a parameter where scenarios and their sources are known."""
    if item.name in RuleChange.model_fields:
        return f"has the name of a key of scenarios, {item.name}, which stands beside it", "Give it another name."
    known = read_tables().sources
    if item.source in known:
        return None
    guess = f' Did you mean "{near}"?' if (near := closest(str(item.source), known)) else ""
    remedy = f'Write "assumption", or a source that hedgesim sources war_2022 --all names.{guess}'
    return f"has a source that is not listed, {item.source!r}", remedy


@np.errstate(all="ignore")
def _check_compiled(rule: AnyRule) -> None:
    """Compare what JAX makes of a rule with NumPy's decision."""
    from hedgesim.engines import jax_backend

    trial = Trial.of(rule)
    view, one = trial.view(), rule()
    compiled = trial.guarded(lambda: jax_backend.decided(one, view, Parameters()), COMPILING)
    for name, array in trial.answer(one, view).items():
        if name in compiled and not close(array, compiled[name]):
            raise trial.fault(name, "decides otherwise when JAX compiles it", TOGETHER)
