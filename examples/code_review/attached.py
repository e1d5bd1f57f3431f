"""The code review with jarvis-ctx attached: `python -m examples.code_review.attached`, and the same after a crash."""

from __future__ import annotations

import sys

from jarvis_ctx import integrate_context_manager

from .__main__ import main
from .effects import find_published
from .orchestrator import CodeReview

__all__ = ["main"]

# Above a class of one's own this is a line starting with @; here the class stays in a file that knows nothing of us.
integrate_context_manager(steps={"publish_review": find_published}, resume="skip")(CodeReview)

if __name__ == "__main__":
    sys.exit(main())
