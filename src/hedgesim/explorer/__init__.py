"""The explorer: a page on this computer, and the JSON API that it talks to. The server keeps no state of a page."""
