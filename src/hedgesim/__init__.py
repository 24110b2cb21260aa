"""Agent-based simulation of hedging foreign policy.

The public names are listed in `__init__.pyi`; they are loaded when first used, so that importing hedgesim is quick.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
