"""One run of the war scenario in the browser, with Mesa's own visualization: `solara run solara_example.py`."""

import solara
from matplotlib.figure import Figure
from mesa.visualization import Slider, SolaraViz, make_plot_component
from mesa.visualization.utils import update_counter

from hedgesim import HedgeModel


@solara.component
def presence_in_kazakhstan(model):
    """Draw the share of each power in the foreign policy of Kazakhstan so far."""
    update_counter.get()
    table = model.datacollector.get_table_dataframe("presence")
    wide = table[table["country"] == "KAZ"].pivot(index="period", columns="option", values="presence")
    figure = Figure(figsize=(7, 4), layout="constrained")
    axis = figure.subplots()
    wide.plot(ax=axis, ylabel="share", ylim=(0, 0.4))
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    solara.FigureMatplotlib(figure)


scenarios = {"type": "Select", "value": "war_2022", "values": ["war_2022", "no_war", "peace"], "label": "Scenario"}
page = SolaraViz(
    HedgeModel("war_2022"),
    components=[presence_in_kazakhstan, make_plot_component("leader_meetings")],
    model_params={"scenario": scenarios, "run": Slider("Run", value=0, min=0, max=99, step=1)},
    name="hedgesim",
)
