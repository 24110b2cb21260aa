"""`python -m hedgesim`."""

from hedgesim.cli import main

main()
