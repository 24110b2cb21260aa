"""Arguments and options that several commands take."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

ScenarioName = Annotated[str, Argument(metavar="SCENARIO", help="Path of a YAML file, or name of a packaged scenario.")]
ExperimentName = Annotated[
    str, Argument(metavar="EXPERIMENT", help="Path of a YAML file, or name of a packaged experiment.")
]
Output = Annotated[Path | None, Option("--output", "-o", metavar="DIR", help="Folder of the results.")]
Folder = Annotated[Path, Option("--output", "-o", metavar="DIR", help="Folder of the results.")]
Store = Annotated[
    str | None,
    Option("--output", "-o", metavar="DIR", help="Folder of the results, or an address that fsspec can open."),
]
Settings = Annotated[list[str] | None, Option("--set", metavar="PATH=VALUE", help="Replace one value of the scenario.")]
Seed = Annotated[int | None, Option(help="Seed that replaces that of the scenario.")]
RuleFiles = Annotated[
    list[Path] | None, Option("--rules", metavar="FILE", help="Python file with a rule of your own; may be repeated.")
]
Calibration = Annotated[str, Option(metavar="NAME", help="Calibration whose posterior is drawn from.")]
Backend = Annotated[str, Option(help="Array library of the ensemble: numpy, or jax (compiled).")]
FitBackend = Annotated[
    str, Option("--backend", help="Array library of the ensemble: numpy, jax (compiled), or auto: jax if installed.")
]
Workers = Annotated[int, Option(help="Processes that share the runs.")]
Quick = Annotated[bool, Option("--quick", help="A trial: few samples and levels, at most two replications.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON instead of tables.")]
