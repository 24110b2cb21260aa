"""`hedgesim check-rule`."""

from pathlib import Path
from typing import Annotated, Any

from typer import Argument

from hedgesim.commands._options import use_rules
from hedgesim.commands._printing import print_lines

RuleFile = Annotated[str, Argument(metavar="FILE", help="Python file with a rule of your own.")]


def check_rule(file: RuleFile) -> None:
    """Test a rule of your own on small invented quarters; print a fault with its line.

    The test uses one country and many, one run and many, and both ends of the range of every parameter. It uses
    NumPy, and JAX if it is installed. A rule must answer within two seconds.
    """
    (rule,) = use_rules([file])
    side = side_of(rule)
    print_lines(
        f"{file}: {rule.__name__} is a rule of {side} and meets all requirements.",
        f'Use it with --rules {file} --set "rules.{side}.all.rule={Path(file).stem}"',
    )


def side_of(rule: Any) -> str:
    """Whose rule it is: `countries` or `powers`."""
    from hedgesim.rules import CountryRule

    return "countries" if issubclass(rule, CountryRule) else "powers"
