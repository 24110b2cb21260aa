"""Charts: each function takes tables and an axis (or a figure for several panels), returns it, and reads no files.

The functions `draw_...` write the charts of one kind of results; they are listed in `__init__.pyi`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
