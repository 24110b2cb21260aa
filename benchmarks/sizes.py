"""The scenario's world made larger: the same countries, powers and formats over again, for timing only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, get_type_hints

import numpy as np

from hedgesim.engines.case import Case
from hedgesim.model.arrays import TARGET
from hedgesim.model.setting import Axes, Formats, Setting
from hedgesim.model.shocks import Conditions


def enlarged(case: Case, *, countries: int = 0, powers: int = 0, formats: int = 0, quarters: int = 0) -> Case:
    """A case with so many of each; 0 leaves them as many as they are."""
    axes = case.setting.axes
    n = {
        "country": countries or len(axes.countries),
        "power": powers or len(axes.powers),
        "format": formats or len(axes.formats),
    }
    places = {
        "country": np.arange(n["country"]) % len(axes.countries),
        "power": np.arange(n["power"]) % len(axes.powers),
        "format": np.arange(n["format"]) % len(axes.formats),
    }
    places["option"] = np.concatenate([places["power"], len(axes.powers) + np.arange(2)])
    named = Axes(
        countries=_names(axes.countries, n["country"]),
        powers=_names(axes.powers, n["power"]),
        domains=axes.domains,
        formats=_names(axes.formats, n["format"]),
        start=axes.start,
        n_steps=quarters or axes.n_steps,
    )
    return replace(
        case,
        setting=_setting(case.setting, named, places),
        country_rules=tuple(case.country_rules[i] for i in places["country"]),
        power_rules=tuple(case.power_rules[i] for i in places["power"]),
    )


def _names(codes: tuple[str, ...], n: int) -> tuple[str, ...]:
    return tuple(codes[k % len(codes)] + (f"_{k // len(codes)}" if k >= len(codes) else "") for k in range(n))


def _setting(setting: Setting, axes: Axes, places: dict[str, Any]) -> Setting:
    arrays = {name: _repeated(getattr(setting, name), of, places) for name, of in _axes_of(Setting).items()}
    arrays["share"] = arrays["share"] / arrays["share"].sum(axis=TARGET, keepdims=True)
    apart = 1.0 - np.eye(len(axes.countries))[:, None, :, None]
    tie = (arrays["tie"] + 1e-3) * apart
    arrays["tie"] = tie / tie.sum(axis=TARGET, keepdims=True)
    arrays["trust"] = arrays["trust"] * apart
    first = np.zeros_like(arrays["aggressor"])
    first[:, :, int(np.argmax(setting.aggressor))] = 1.0
    formats = {name: _repeated(getattr(setting.formats, name), of, places) for name, of in _axes_of(Formats).items()}
    of_channels = _axes_of(Conditions)
    masks = {
        name: _repeated(mask, ("impulse", *of_channels[name]), places) for name, mask in setting.shocks.masks.items()
    }
    return replace(
        setting,
        **{**arrays, "aggressor": first},
        axes=axes,
        formats=Formats(**formats),
        shocks=replace(setting.shocks, masks=masks),
    )


def _repeated(values: Any, of: Sequence[str], places: dict[str, Any]) -> Any:
    """Entries repeated along the axes that grow; axes of length 1 stay."""
    array = np.asarray(values)
    for axis, name in enumerate(of[: array.ndim]):
        if name in places and array.shape[axis] > 1:
            array = np.take(array, places[name], axis=axis)
    return array


def _axes_of(kind: type) -> dict[str, tuple[str, ...]]:
    """The names of the axes of every array of a dataclass, as its annotations declare them; `1` has length 1."""
    hints = get_type_hints(kind)
    declared = {item.name: getattr(hints[item.name], "dim_str", "") for item in fields(kind)}
    return {name: tuple(text.replace("#", "").split()) for name, text in declared.items() if text}
