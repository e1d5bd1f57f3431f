"""SIGKILL of a program that is simply run again, with `resume="skip"`, until it is done."""

from __future__ import annotations

from collections import Counter

from tests.campaign import letters, stages
from tests.campaign.fault import Fault, Finding, Round

ROLE = f"{letters.__name__}:live"
LOOK = 0.001
"""Seconds after which it is seen how many letters have gone out."""


def run_until_done(round: Round) -> Finding:
    """Kill it amid random letters, and let the last life come to its end: each letter has gone out once."""
    stage, outbox = stages.stage(round), round.folder / "outbox"
    kills = round.random.randint(1, 4)
    for _ in range(kills):
        child = stage.server.start(ROLE, path=stage.store, outbox=outbox)
        assert child.line() == "begun"
        enough = len(letters.sent(outbox)) + round.random.randint(1, letters.LETTERS // 4)
        while len(letters.sent(outbox)) < enough and child.lives_for(LOOK):
            pass
        stage.kill_within(child, 2 * letters.ANSWER)
    last = stage.server.start(ROLE, path=stage.store, outbox=outbox)
    said = [last.line(), last.line()]
    last.wait()

    times, wanted = Counter(letters.sent(outbox)), {f"letter-{number}" for number in range(letters.LETTERS)}
    found = Finding(noted={"said": said})
    found.tally.update({"effects": letters.LETTERS, "kills": kills})
    found.tally["done twice"] = times.total() - len(times)
    found.tally["not done"] = len(wanted - times.keys())
    if times != Counter(wanted) or last.code != 0:
        found.wrong.append(f"it ended with {last.code}, and what went out is {dict(times)}")
    return found


FAULTS = (
    Fault(
        id="F45",
        title='`kill -9` of a program that is run again with `resume="skip"`, up to four times, until it is done',
        promise="finished steps are not done again, one in doubt is asked about: each effect happens exactly once",
        rounds={"small": 25, "full": 60, "release": 500},
        play=run_until_done,
    ),
)
