"""The witness of a review by worker processes: `python -m examples.code_review.proof.crew_witness NOTES [arguments]`.

All is put in place when this module is imported, since that is what a spawned worker does with it.
"""

from __future__ import annotations

import sys

from ..crewed import CrewedReview
from .witness import Notes, watch

main = watch(CrewedReview, Notes(sys.argv[1], worker=__name__ != "__main__"), "examples.code_review.attached_crew")

if __name__ == "__main__":
    sys.exit(main(sys.argv[2:]))
