"""Invented results in the shape of the results folder, large enough that charts get crowded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from hedgesim.model.outcomes import OUTCOMES
from hedgesim.model.world import RUNGS
from hedgesim.plots import Batch, Names, draw_run, theme
from hedgesim.plots.chart import RECORD_COLUMNS, Known
from hedgesim.results.summary import summarise

COUNTRIES = {
    "KAZ": ("Kazakhstan", "#0072B2"),
    "KGZ": ("Kyrgyzstan", "#D55E00"),
    "TJK": ("Tajikistan", "#009E73"),
    "TKM": ("Turkmenistan", "#CC79A7"),
    "UZB": ("Uzbekistan", "#E69F00"),
    "AZE": ("Azerbaijan", "#333333"),
}
OPTIONS = {
    "RUS": ("Russia", "#CC3311"),
    "CHN": ("China", "#EE7733"),
    "EU": ("European Union", "#0077BB"),
    "USA": ("United States", "#33BBEE"),
    "TUR": ("Türkiye", "#009988"),
    "GCC": ("Gulf Cooperation Council", "#997700"),
    "IRN": ("Iran", "#882255"),
    "IND": ("India", "#EE3377"),
    "region": ("the other five", "#222222"),
    "other": ("rest of the world", "#999999"),
}
DOMAINS = ("security", "economy", "energy", "transport", "identity")
CORNERS = {"Russia": ("RUS",), "China": ("CHN",), "West": ("EU", "USA")}


CAPTION = "Invented, 20 runs, seed 7."
Codes = Sequence[str]


@dataclass(frozen=True)
class Invented:
    tables: dict[str, pd.DataFrame]
    names: Names
    shocks: pd.DataFrame
    known: Known
    pages: dict[str, Figure] = field(default_factory=dict)

    def batch(self, name: str = "invented", tables: Mapping[str, pd.DataFrame] | None = None) -> Batch:
        """The results, or some of their tables, as charts take them."""
        kept = self.tables if tables is None else tables
        manifest = {"seed": 7, "runs": len(kept.get("runs", ())), "scenario": name}
        return Batch(name, kept, self.names, self.shocks, CAPTION, known=self.known, manifest=manifest)


def grid(**axes: Sequence[object]) -> pd.DataFrame:
    return pd.DataFrame(list(product(*axes.values())), columns=list(axes))


def invent_shares(n_runs: int, periods: Codes, countries: Codes, options: Codes) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    size = (len(countries), len(DOMAINS), len(options))
    start = rng.normal(0, 0.6, size) + np.linspace(1.8, 0, len(options))
    drift = rng.normal(0, 0.25, size)
    steps = rng.normal(0, 0.06, (n_runs, len(periods), *size)).cumsum(axis=1)
    time = np.linspace(0, 1, len(periods))[:, None, None, None]
    value = start + drift * time + steps * (time > 0)
    shares = np.exp(value) / np.exp(value).sum(axis=-1, keepdims=True)
    frame = grid(run=range(n_runs), period=periods, country=countries, domain=DOMAINS, option=options)
    prior_dominated = rng.random(size) < 0.4
    prior_dominated[..., -3] = True
    whole = np.broadcast_to(prior_dominated, (n_runs, len(periods), *size))
    return frame.assign(share=shares.ravel(), prior_dominated=whole.ravel())


def invent_countries(shares: pd.DataFrame) -> pd.DataFrame:
    keys = ["run", "period", "country"]
    wide = shares.pivot_table(index=keys, columns="option", values="share", aggfunc="mean", sort=False)
    powers = wide.iloc[:, :-2].to_numpy()
    index = 1 - ((powers / powers.sum(axis=1, keepdims=True)) ** 2).sum(axis=1)
    names = [name for name, item in OUTCOMES.items() if item.table == "countries" and name != "presence"]
    frame = wide.add_prefix("presence_").reset_index().rename_axis(columns=None)
    return frame.assign(**dict.fromkeys(names, 0.25)).assign(hedging_index=index, hedging_by_arithmetic=0.9 * index)


def invent_formats(n_runs: int, periods: Codes, codes: Codes) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    frame = grid(run=range(n_runs), period=periods, format=codes)
    _, when, rank = np.indices((n_runs, len(periods), len(codes))).reshape(3, -1)
    born = np.where(rank % 3 == 0, 0, (rank * 7) % len(periods))
    high = np.clip((when - born) // 4 + rank % 3, 0, 2) * (when >= born) * (rank < len(codes) - 2)
    held = ((when + rank) % (4 + rank % 4) == 0) & (rng.random(len(frame)) < 0.8)
    return frame.assign(rung=np.array(RUNGS)[high], meeting=np.array(RUNGS)[high * held])


def invent_memberships(formats: pd.DataFrame, countries: Codes) -> pd.DataFrame:
    rng = np.random.default_rng(13)
    frame = formats.merge(pd.DataFrame({"country": list(countries)}), how="cross")
    came = (frame["meeting"] == "leaders") & (rng.random(len(frame)) < 0.8)
    return frame.assign(status="member", came=came)[["run", "period", "country", "format", "status", "came"]]


def invent_record(periods: Codes, codes: Codes, countries: Codes) -> pd.DataFrame:
    who = "; ".join([*countries[:-1], f"{countries[-1]} (prime minister)"])
    rows = [(code, RUNGS[1 + k % 2], periods[k % len(periods)], who) for k, code in enumerate(codes)]
    return pd.DataFrame(rows, columns=list(RECORD_COLUMNS))


def invent_relations(n_runs: int, periods: Codes, countries: Codes, powers: Codes) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    frame = grid(run=range(n_runs), period=periods, country=countries, power=powers)
    base = np.linspace(0.6, 0.1, len(powers))
    time = np.linspace(0, 1, len(periods))[:, None, None]
    jump = 0.2 * (time > 0.3) * (np.arange(len(powers)) == 0)
    noise = rng.normal(0, 0.02, (n_runs, len(periods), len(countries), len(powers)))
    threat = np.clip(base + jump + noise, 0, 1).ravel()
    return frame.assign(threat=3.0 * threat)


def ends_of(countries: pd.DataFrame) -> pd.DataFrame:
    """Presence of every option in every country at the end, as the table of runs has it."""
    last = countries[countries["period"] == countries["period"].max()].set_index(["run", "country"])
    wide = last.filter(like="presence_").unstack("country")
    return wide.set_axis([f"{name}_{code}" for name, code in wide.columns], axis=1).reset_index()


def invent_results(
    *, n_runs: int = 20, n_quarters: int = 24, n_formats: int = 40, names: Names | None = None
) -> Invented:
    codes = [f"C5_{power}" for power in OPTIONS] + [f"FORMAT{i:02d}" for i in range(n_formats - len(OPTIONS))]
    long_name = "Consultative Meetings of the Heads of State of the Whole Region and Its Neighbours"
    called = {code: long_name if i % 3 else f"Forum {i}" for i, code in enumerate(codes)}
    names = names or Names(COUNTRIES, OPTIONS, formats=called, corners=CORNERS)
    names = replace(names, own=tuple(codes[:1]))
    periods = [f"{2021 + i // 4}Q{i % 4 + 1}" for i in range(n_quarters)]
    countries, options = list(names.countries), list(names.options)
    shares, formats = invent_shares(n_runs, periods, countries, options), invent_formats(n_runs, periods, codes)
    wide = invent_countries(shares)
    long = wide.assign(trust=0.5).rename(columns={"country": "entity"})
    long = long.melt(id_vars=["run", "period", "entity"], var_name="outcome", value_name="value")
    tables = {
        "runs": pd.DataFrame({"run": range(n_runs), "seed": 2022, "beta": 0.5, "failed": [None] * n_runs}).merge(
            ends_of(wide), on="run"
        ),
        "summary": summarise(long),
        "countries": wide,
        "shares": shares,
        "relations": invent_relations(n_runs, periods, countries, options[:-2]),
        "formats": formats,
        "memberships": invent_memberships(formats[formats["format"] == codes[0]], countries),
    }
    return Invented(tables, names, invent_shocks(periods), Known(meetings=invent_record(periods, codes, countries)))


def invent_shocks(periods: Codes) -> pd.DataFrame:
    named = [
        (2, "Border clashes"),
        (3, "A government next door falls"),
        (5, "War between a power and its neighbour"),
        (5, "Sanctions against the power"),
        (6, "Second round of border clashes"),
        (7, "Thirty years of relations"),
        (11, "End of a frozen conflict"),
        (12, "Secondary sanctions"),
        (17, "A corridor opens"),
    ]
    return pd.DataFrame([(periods[i], name) for i, name in named if i < len(periods)], columns=["period", "name"])


def pages_of(patch: pytest.MonkeyPatch) -> dict[str, Figure]:
    """The figures that are drawn from now on, instead of written, by the names of their files."""
    figures: dict[str, Figure] = {}

    def keep(figure: Figure, folder: Path, *, name: str) -> list[Path]:
        figure.canvas.draw()
        figures[name] = figure
        return [folder / f"{name}.png"]

    patch.setattr(theme, "save", keep)
    return figures


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> dict[str, Figure]:
    return pages_of(monkeypatch)


@pytest.fixture(scope="session")
def invent() -> Callable[..., Invented]:
    return invent_results


@pytest.fixture(scope="session", params=[1, 20], ids=["one run", "twenty runs"])
def crowded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Invented:
    """Results of one run or of many, and all their charts."""
    data = invent_results(n_runs=request.param, n_formats=42)
    with pytest.MonkeyPatch.context() as patch:
        pages = pages_of(patch)
        folder = tmp_path_factory.mktemp("charts")
        draw_run(data.batch(), folder)
    return replace(data, pages=pages)
