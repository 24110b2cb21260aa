"""Charts: each takes tables and an axis (or a figure for several panels), returns it, and reads no files."""

from hedgesim.plots.charts import draw_all
from hedgesim.plots.names import Names

__all__ = ["Names", "draw_all"]
