"""A break of our own code, planted for a round: a campaign that does not catch it proves nothing."""

from __future__ import annotations

import msgspec

from tests.campaign.ledger import Line


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """What is broken, and the fault whose rounds must catch it."""

    id: str
    title: str
    broken: str
    """The function that breaks it in a child, as `module:function`."""
    fault: str
    shows: tuple[str, ...]
    """A round has caught it when one of these is counted, or is a word of what is wrong."""
    within: int = 40
    """Rounds it has for that."""

    def caught(self, line: Line) -> bool:
        """Whether the round has caught it, and not only failed."""
        said = " ".join(line.wrong)
        return not line.clean and any(line.tally.get(word, 0) or word in said for word in self.shows)


def rounds_until_caught(control: Control, played: list[Line]) -> int | None:
    """After how many rounds it was caught; None if it was not."""
    mine = (line for line in played if line.broken == control.broken and line.fault == control.fault)
    return min((line.number for line in mine if control.caught(line)), default=None)
