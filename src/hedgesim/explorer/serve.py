"""Runs the server on this computer's own address."""

from __future__ import annotations

import errno
import socket
import threading
import webbrowser
from collections.abc import Callable

import uvicorn

from hedgesim.errors import HedgesimError
from hedgesim.explorer.app import app_of

HOST = "127.0.0.1"


def serve(own: str | None, address: str, *, port: int, browser: bool, say: Callable[[str], None]) -> None:
    """Serve pages until Ctrl-C.

    own: as of `app_of`. address: what follows the port in the address of the page. port: 0 takes a free one. say: told
    the address, and that no browser could be opened.

    Raises:
        HedgesimError: the port is in use, or may not be used.
    """
    with _listening(port) as listener:
        url = f"http://{HOST}:{listener.getsockname()[1]}/{address}"
        config = uvicorn.Config(app_of(own), log_level="critical", lifespan="off", server_header=False)
        say(f"The explorer is at {url} (Ctrl-C ends it)")
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


def _open(url: str, say: Callable[[str], None]) -> None:
    """Open the page in the user's browser."""
    try:
        opened = webbrowser.open(url)
    except (webbrowser.Error, OSError):
        opened = False
    if not opened:
        say(f"No browser could be opened: open {url} yourself.")
