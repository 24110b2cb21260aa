"""`hedgesim check-rule`."""

from pathlib import Path
from typing import Annotated, Any

from typer import Argument

from hedgesim.commands._options import use_rules
from hedgesim.commands._printing import print_lines

RuleFile = Annotated[Path, Argument(metavar="FILE", help="Python file with a rule of your own.")]


def check_rule(file: RuleFile) -> None:
    """Try a rule of your own on small invented quarters; a fault is one line that names the line of the file.

    It is tried for one country and for many, in one run and in many, with every parameter at both ends of its range,
    in NumPy and, where it is installed, in JAX. A rule has two seconds for an answer.
    """
    (rule,) = use_rules([file])
    side = side_of(rule)
    print_lines(
        f"{file}: {rule.__name__} is a rule of {side} and keeps the contract.",
        f'Follow it by --rules {file} --set "rules.{side}.all.rule={file.stem}"',
    )


def side_of(rule: Any) -> str:
    """Whose rule it is: `countries` or `powers`."""
    from hedgesim.rules import CountryRule

    return "countries" if issubclass(rule, CountryRule) else "powers"
