"""The code review by worker processes with jarvis-ctx attached: `python -m examples.code_review.attached_crew`."""

from __future__ import annotations

import sys

from jarvis_ctx import integrate_context_manager

from .__main__ import main
from .crewed import CrewedReview
from .effects import find_published

__all__ = ["main"]

# A spawned worker imports this module, too; its calls belong to the run of the process that started it.
integrate_context_manager(steps={"publish_review": find_published}, resume="skip")(CrewedReview)

if __name__ == "__main__":
    sys.exit(main())
