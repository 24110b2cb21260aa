"""What is said of a command line that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

NO_INTEGER = "valid integer"
"""What Typer says of a value that is no whole number."""


def usage_in_words(error: Any, words: Sequence[str]) -> str:
    """A usage error of the command line in one line; words: what was typed after `hedgesim`."""
    if said := _as_setting(error, words):
        return said
    if said := _as_number(error, words):
        return said
    message = " ".join(error.format_message().split()).rstrip(".")
    return f"hedgesim: {message}. See {_help_of(error.ctx)}."


def _help_of(context: Any) -> str:
    """The command that prints the help of the command that was called, or of all."""
    return f"hedgesim {context.info_name} --help" if context is not None and context.parent else "hedgesim --help"


def _as_number(error: Any, words: Sequence[str]) -> str:
    """How to write a whole number that was written otherwise; else nothing."""
    option = next(iter(getattr(getattr(error, "param", None), "opts", [])), "")
    if not option.startswith("-") or NO_INTEGER not in error.format_message():
        return ""
    typed = " ".join(words).partition(f"{option} ")[2].split(" ")[0]
    return f"{option} {typed}: it is not a whole number. Write a whole number without a comma, like 2000."


def _as_setting(error: Any, words: Sequence[str]) -> str:
    """How to set a key of a scenario that was written as an option of a command that takes `--set`; else nothing."""
    option = str(getattr(error, "option_name", None) or "")
    takes = {name for one in error.ctx.command.params for name in one.opts} if option and error.ctx else set()
    if "--set" not in takes:
        return ""
    from hedgesim.scenario.schema import Scenario

    key = option.lstrip("-").replace("-", "_")
    if key not in Scenario.keys_at(()) or key == "extends":
        return ""
    typed = next(word for word in words if word.partition("=")[0] == option)
    following = words[words.index(typed) + 1 :]
    value = typed.partition("=")[2] or next((word for word in following[:1] if not word.startswith("-")), "VALUE")
    return f"{option}: there is no such option; it is a key of scenarios. Write --set {key}={value}."
