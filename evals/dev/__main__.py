"""``python -m evals.dev``."""

import sys

from evals.dev.main import main

if __name__ == "__main__":
    sys.exit(main())
