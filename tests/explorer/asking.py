"""Asks the JSON API of the explorer as its page does."""

from __future__ import annotations

from typing import Any

import numpy as np
from starlette.testclient import TestClient

from hedgesim.explorer.app import app_of

ROUNDING = 1e-12
"""By how much a run differs alone and among others: the order of sums."""

ADDRESS = "http://127.0.0.1:8765"
SHORT = "end=2022Q4"
OWN = "purpose: Shorter\nextends: war_2022\nend: 2022Q4\n"


def client_of(own: str | None = None) -> TestClient:
    return TestClient(app_of(own), base_url=ADDRESS, raise_server_exceptions=False)


def post(client: TestClient, name: str, code: int = 200, **body: Any) -> Any:
    answer = client.post(f"/api/{name}", json={"scenario": "war_2022", **body})
    assert answer.status_code == code, answer.text[:500]
    return answer.json()


def array_of(frame: Any, column: str, *lengths: int) -> Any:
    return np.moveaxis(frame[column].to_numpy().reshape(-1, *lengths), 0, -1)


def same(one: Any, other: Any) -> bool:
    return np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=0.0, atol=ROUNDING)
