"""Property tests have no deadline; in CI they draw the same examples every time, elsewhere new ones."""

import os

from hypothesis import settings

settings.register_profile("steady", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "steady")
