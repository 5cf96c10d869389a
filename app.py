"""Open the web app: ``python app.py`` on the demo collection, ``python app.py NAME`` on one of your own.

The same as ``explorer serve --demo``. The demo is painted and indexed on the first run; that takes a few minutes.
"""

from __future__ import annotations

import sys

from explorer.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve", "--demo", *sys.argv[1:]]))
