"""`python -m examples.many_processes`: see `translation`, which workers can import, as they cannot this module."""

import sys

from .translation import main

if __name__ == "__main__":
    sys.exit(main())
