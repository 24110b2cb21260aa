"""The chart of how cost grows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

COLOURS = {"numpy": "#0072B2", "jax": "#D55E00"}
MARKS = {"numpy": "o", "jax": "s"}
NAMES = {"numpy": "NumPy", "jax": "JAX"}


def draw(growth: pd.DataFrame, path: Path) -> None:
    """Milliseconds per run against every size, both on logarithmic axes, one panel each."""
    panels = list(dict.fromkeys(growth["axis"]))
    figure = Figure(figsize=(3.0 * len(panels), 3.4), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True)
    for axis, panel in zip(axes, panels, strict=True):
        chosen = growth[growth["axis"] == panel]
        for backend, rows in chosen.groupby("backend", sort=False):
            axis.plot(rows["size"], rows["ms"], color=COLOURS[backend], marker=MARKS[backend], label=NAMES[backend])
        axis.set(xscale="log", yscale="log", xlabel=panel)
        sizes = sorted(set(chosen["size"]))
        labels = [f"$10^{len(str(n)) - 1}$" if panel == "runs" else str(n) for n in sizes]
        axis.set_xticks(sizes, labels)
        axis.minorticks_off()
        axis.grid(visible=True, which="major", alpha=0.3)
    axes[0].set_ylabel("milliseconds per run")
    axes[0].legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None})
