"""The server's routes: the files of the page, and the JSON API. It listens to this computer's own pages only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hedgesim.analysis.explanation import explain
from hedgesim.errors import HedgesimError, ScenarioError, choose_from, shown
from hedgesim.explorer.about import about
from hedgesim.explorer.asked import KEYS, Asked, text_in
from hedgesim.explorer.comparison import compared
from hedgesim.explorer.play import futures
from hedgesim.explorer.trajectory import trajectory_of
from hedgesim.explorer.worlds import computing

MOST_BODY = 1024 * 1024
"""Bytes of a request."""

HERE = ("127.0.0.1", "localhost")
FILES = {
    "": ("page.html", "text/html"),
    "page.js": ("page.js", "text/javascript"),
    "page.css": ("page.css", "text/css"),
    "d3.js": ("vendor/d3.min.js", "text/javascript"),
    "plot.js": ("vendor/plot.umd.min.js", "text/javascript"),
}
"""What is served, by address."""

STYLE_OF_PLOT = "'sha256-jSYQUrW7J0b3jPqhZP9C2Xh1PyJKHKXd4s0fpGGKrww='"
"""The style that Observable Plot 0.6.17 puts into every chart; no other style than that of `page.css` is allowed."""

HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; script-src 'self'; style-src 'self' {STYLE_OF_PLOT}; img-src data:;"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}

Answer = Callable[[Asked, Mapping[str, Any]], dict[str, Any]]


def app_of(own: str | None = None) -> ASGIApp:
    """The application; own: the scenario file named on the command line, which pages may ask for by this name."""

    def described(asked: Asked, _: Mapping[str, Any]) -> dict[str, Any]:
        return about(asked, own)

    answers: dict[str, tuple[Answer, tuple[str, ...]]] = {
        "about": (described, ()),
        "run": (lambda asked, _: trajectory_of(asked), ()),
        "compare": (compared, ("without", "other")),
        "explain": (explained, ("country", "period")),
        "futures": (futures, ("country", "period", "ahead", "courses")),
        "save": (saved, ()),
    }
    routes = [Route(f"/{address}", _file(*FILES[address])) for address in FILES]
    routes += [Route(f"/api/{name}", _api(*answer, own), methods=["POST"]) for name, answer in answers.items()]
    return Guard(Starlette(routes=routes, exception_handlers={HedgesimError: _faults, Exception: _failed}))


def explained(asked: Asked, body: Mapping[str, Any]) -> dict[str, Any]:
    """Why a country decided as it did in a quarter; see `hedgesim.explain`."""
    return asdict(explain(asked.scenario(), text_in(body, "country"), text_in(body, "period"), run=asked.run))


def saved(asked: Asked, _: Mapping[str, Any]) -> dict[str, Any]:
    """The scenario with its settings as the text of a file; nothing is written here."""
    scenario = asked.scenario()
    return {"name": f"{scenario.name}{'_changed' if asked.settings else ''}.yaml", "text": scenario.text}


def _file(name: str, kind: str) -> Callable[[Request], Response]:
    content = (files("hedgesim.explorer") / name).read_bytes()

    def serve(_: Request) -> Response:
        return Response(content, media_type=f"{kind}; charset=utf-8")

    return serve


def _api(answer: Answer, keys: Sequence[str], own: str | None) -> Callable[[Request], Any]:
    """The route of an answer; keys: that its requests may have besides those of every request."""

    async def serve(request: Request) -> Response:
        body = await _body(request)
        for key in body:
            if key not in (*KEYS, *keys):
                raise HedgesimError("request", f"it has an unknown key {shown(key)}", choose_from(key, (*KEYS, *keys)))

        def compute() -> dict[str, Any]:
            with computing:
                return answer(Asked.of(body, own), body)

        return JSONResponse(await run_in_threadpool(compute))

    return serve


async def _body(request: Request) -> Mapping[str, Any]:
    """The body of a request, a mapping in JSON."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HedgesimError("request", "its content type is not application/json", "See docs/explorer.md.")
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > MOST_BODY:
            raise HedgesimError("request", f"it has more than {MOST_BODY} bytes", "Open a smaller file.")
    try:
        body = json.loads(content, object_pairs_hook=_mapping)
        json.dumps(body, ensure_ascii=False).encode()
    except HedgesimError:
        raise
    except UnicodeEncodeError:
        raise HedgesimError("request", "a text in it is no Unicode text", "Write whole characters in UTF-8.") from None
    except (ValueError, RecursionError):
        raise HedgesimError("request", "its body is not JSON", "See docs/explorer.md.") from None
    if not isinstance(body, dict):
        raise HedgesimError("request", "its body is no mapping", "See docs/explorer.md.")
    return body


def _mapping(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping of the body of a request, each key of which is there once."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise HedgesimError("request", "a key is there twice", "Write each key once.")
    return found


def _faults(_: Request, error: Exception) -> Response:
    """What the user can mend, each with place, fault and remedy."""
    assert isinstance(error, HedgesimError)
    found = error.all if isinstance(error, ScenarioError) else (error,)
    rows = [
        {
            "place": str(one.place),
            "file": one.place.file,
            "line": one.place.line,
            "column": one.place.column,
            "fault": one.fault,
            "remedy": one.remedy,
        }
        for one in found
    ]
    return JSONResponse({"faults": rows}, status_code=422)


def _failed(_: Request, error: Exception) -> Response:
    """What is a fault of ours."""
    remedy = "Please report it with the command line that the page shows."
    row = {"place": "hedgesim", "fault": f"the explorer failed ({type(error).__name__})", "remedy": remedy}
    return JSONResponse({"faults": [{**row, "file": "hedgesim", "line": None, "column": None}]}, status_code=500)


class Guard:
    """Refuses requests of pages of other sites and under other names of this computer; adds headers to answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        app = self._app if _is_ours(headers) else Response("This page is for this computer only.\n", status_code=403)
        await app(scope, receive, send_with_headers)


def _is_ours(headers: Mapping[str, str]) -> bool:
    """Whether a request names this computer as its host, and comes from no page of another site."""
    host = headers.get("host", "")
    name = host.rpartition(":")[0] if ":" in host else host
    origin = headers.get("origin")
    same_site = headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
    return name in HERE and same_site and origin in {None, f"http://{host}"}
