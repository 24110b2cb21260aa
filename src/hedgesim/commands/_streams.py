"""Standard output and standard error where they are closed, full, or lack a character."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hedgesim.errors import HedgesimError

CUT = 141
"""Exit code where the reader of the output went away, as `head` does: the one that shells give for SIGPIPE."""


class Stream(io.TextIOWrapper):
    """A standard stream whose failures end the command; after one, writing has no effect."""

    def write(self, text: str, /) -> int:
        """Write a text; an empty one, by which typer tries what a stream takes, is not written."""
        if text != "":
            with self._reported():
                super().write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is held."""
        with self._reported():
            super().flush()

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if self is sys.stderr:  # a failure of standard error cannot be reported
                return
            if isinstance(error, BrokenPipeError):
                sys.exit(CUT)
            fault, remedy = f"nothing can be written to it ({error.strerror})", "Make room, or send it somewhere else."
            raise HedgesimError("standard output", fault, remedy) from error


def prepare() -> None:
    """Take over both streams: a closed one goes nowhere, and a character that the encoding lacks is a question mark."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            file = io.FileIO(os.devnull, "w")
            setattr(sys, name, Stream(io.BufferedWriter(file), encoding="utf-8"))
        elif type(stream) is io.TextIOWrapper:
            kept = {key: getattr(stream, key) for key in ("encoding", "line_buffering", "write_through")}
            setattr(sys, name, Stream(stream.detach(), errors="replace", **kept))
