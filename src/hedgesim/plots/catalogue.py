"""Every chart by name."""

from __future__ import annotations

from collections.abc import Mapping

from hedgesim.errors import HedgesimError, choose_from
from hedgesim.plots import discovery, record, run
from hedgesim.plots.changes import BEFORE_AFTER, DIFFERENCE
from hedgesim.plots.chart import Chart
from hedgesim.plots.factors import ALONG, PHASE_MAP
from hedgesim.plots.network import NETWORK
from hedgesim.plots.paired import PAIRED
from hedgesim.plots.tiles import TILES
from hedgesim.plots.tournament import TOURNAMENT

OF_RUNS = (*run.CHARTS, run.OUTCOME, TILES, NETWORK, BEFORE_AFTER, DIFFERENCE, PAIRED)
OF_SWEEPS = (ALONG, PHASE_MAP, TOURNAMENT)
CHARTS: Mapping[str, Chart] = {chart.name: chart for chart in (*OF_RUNS, *OF_SWEEPS, *discovery.CHARTS, *record.CHARTS)}


def chart_of(name: str) -> Chart:
    """A chart by name; HedgesimError with the chart that may be meant."""
    if name not in CHARTS:
        raise HedgesimError(name, "there is no such chart", choose_from(name, CHARTS))
    return CHARTS[name]
