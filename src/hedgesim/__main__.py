"""`python -m hedgesim`."""

from hedgesim.commands import main

main()
