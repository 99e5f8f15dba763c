# SPDX-License-Identifier: MIT
"""The command line: `python -m prepguard inspect|verify|seal FILE`."""

import sys

from .tool import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
