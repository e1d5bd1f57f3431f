"""Anything at all sent to the API of a live orchestrator."""

from __future__ import annotations

from collections import Counter

from tests.campaign.fault import Fault, Finding, Round

CASES = 1_000
"""Requests of a round."""


def requests(round: Round) -> Finding:
    """Requests made up from the API's own document, right ones and wrong ones; each answer is held against it."""
    from tests.contract.web.described import PARTS, described, examine  # It is slow to import.

    seed = round.random.randrange(2**31)
    with described(round.folder / "store") as (url, headers):
        found = {name: examine(url, headers, part, CASES, seed) for name, part in PARTS.items()}

    wrong = [sentence for part in found.values() for sentence in part.wrong]
    tally = Counter({"requests": sum(part.cases.total() for part in found.values())})
    return Finding(tally=tally, wrong=wrong, noted={"seed": seed})


FAULTS = (
    Fault(
        id="F38",
        title="any request to the API",
        promise="each answer is one that the document promises; none is a server's error",
        rounds={"small": 1, "full": 4, "release": 60},
        play=requests,
        limit=1_800,
        inside=True,
    ),
)
