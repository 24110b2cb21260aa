"""`python -m hedgesim` and the program `hedgesim`."""

import os
import sys
from contextlib import suppress


def main() -> None:
    """Run the command line, which Ctrl-C may stop while it is still being loaded."""
    try:
        from hedgesim import commands
    except KeyboardInterrupt:
        with suppress(OSError):
            os.write(2, b"stopped\n")
        sys.exit(130)
    commands.main()


if __name__ == "__main__":
    main()
