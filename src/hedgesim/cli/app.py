"""The command line itself, and the arguments that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Simulate how states hedge among rival powers.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="Path of a YAML file, or name of a packaged scenario.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder of the results.")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Replace one value of the scenario.")
]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed that replaces the scenario's.")]
RuleFiles = Annotated[
    list[Path] | None,
    typer.Option("--rules", metavar="FILE", help="Python file with a rule of your own; may be repeated."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]

ExperimentName = Annotated[
    str, typer.Argument(metavar="EXPERIMENT", help="Path of a YAML file, or name of a packaged experiment.")
]
Store = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="DIR", help="Folder of the results, or an address that fsspec knows."),
]
Backend = Annotated[str, typer.Option("--backend", help="Arithmetic of the ensemble: numpy; jax: compiled.")]
Workers = Annotated[int, typer.Option("--workers", help="Processes that share the runs.")]
Quick = Annotated[bool, typer.Option("--quick", help="A trial: few samples and levels, at most two replications.")]
