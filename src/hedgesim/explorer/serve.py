"""Runs the server on this computer's own address."""

from __future__ import annotations

import errno
import socket
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlencode

import uvicorn

from hedgesim.errors import HedgesimError
from hedgesim.explorer.app import app_of
from hedgesim.explorer.asked import Asked
from hedgesim.explorer.trajectory import trajectory_of
from hedgesim.explorer.worlds import computing
from hedgesim.scenario import packaged_scenarios

HOST = "127.0.0.1"


def serve(scenario: str, *, port: int, browser: bool, say: Callable[[str], None]) -> None:
    """Serve pages until Ctrl-C.

    scenario: the one that the page begins with, by name or path. port: 0 takes a free one. say: called with the
    address, and with the message that no browser could be opened.

    Raises:
        HedgesimError: the port is in use, or may not be used.
    """
    with _listening(port) as listener:
        url = f"http://{HOST}:{listener.getsockname()[1]}/#{urlencode({'scenario': scenario})}"
        app = app_of(None if scenario in packaged_scenarios() else scenario)
        config = uvicorn.Config(app, log_level="critical", lifespan="off", server_header=False)
        say(f"The explorer is at {url} (Ctrl-C ends it)")
        threading.Thread(target=_prepare, args=(scenario,), daemon=True).start()
        if browser:
            threading.Thread(target=_open, args=(url, say), daemon=True).start()
        uvicorn.Server(config).run(sockets=[listener])


def _listening(port: int) -> socket.socket:
    """A socket that listens, so that a browser may already ask."""
    place = f"--port {port}"
    if not 0 <= port < 2**16:
        raise HedgesimError(place, "there is no such port", f"Give a number from 0 to {2**16 - 1}.")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(64)
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        fault = "the port is in use" if taken else f"the port cannot be used ({error.strerror})"
        raise HedgesimError(place, fault, "Give another one, or --port 0 for any free one.") from None
    return listener


def _prepare(scenario: str) -> None:
    """Compute what the page asks for first, while the browser starts; a fault is said when it asks."""
    with computing, suppress(HedgesimError):
        trajectory_of(Asked(scenario))


def _open(url: str, say: Callable[[str], None]) -> None:
    """Open the page in the user's browser."""
    try:
        opened = webbrowser.open(url)
    except (webbrowser.Error, OSError):
        opened = False
    if not opened:
        say(f"No browser could be opened: open {url} yourself.")
