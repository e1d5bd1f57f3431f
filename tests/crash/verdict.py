"""The verdict: what was acknowledged held against what is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from tests.crash import acknowledgements
from tests.crash.acknowledgements import Said
from tests.crash.calls import token_of
from tests.crash.readings import Found


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens by what is wrong with them; `extra` ones are not while there are no more a round than its threads."""

    lost: list[str] = []
    """Acknowledged, and one of its events is missing."""
    invented: list[str] = []
    """Never said."""
    duplicated: list[str] = []
    changed: list[str] = []
    """The payload is not the one that was given."""
    out_of_order: list[str] = []
    """Stands before an earlier call of its thread."""
    outdated: list[str] = []
    """Acknowledged, and the rebuilt state has an older value of its subject."""
    extra: list[str] = []
    """Present, though its call never returned."""

    def wrong(self, threads: int) -> dict[str, list[str]]:
        """What must not be, by its name; nothing when all is well."""
        found = {name: getattr(self, name) for name in self.__struct_fields__ if name != "extra"}
        by_round = Counter(token_of(token).round for token in self.extra)
        found["extra"] = [token for token in self.extra if by_round[token_of(token).round] > threads]
        return {name: tokens for name, tokens in found.items() if tokens}


def judge(said: Said, found: list[Found]) -> Verdict:
    """The verdict on events: each acknowledged call exactly once, whole, in its thread's order; nothing else."""
    times = Counter((event.token, event.kind) for event in found)
    present = {event.token for event in found}
    return Verdict(
        lost=_sorted(t for t in said.acknowledged if any(not times[t, kind] for kind in acknowledgements.kinds(t))),
        invented=sorted(present - said.started),
        duplicated=sorted({token for (token, _), count in times.items() if count > 1}),
        changed=sorted({event.token for event in found if not event.intact}),
        out_of_order=_disordered(event for event in found if event.token in said.started),
        extra=_sorted(present & said.open),
    )


def judge_state(said: Said, subjects: Mapping[str, tuple[str, bool]]) -> Verdict:
    """The verdict on a rebuilt state: each subject has its last acknowledged call, or a later one that was made."""
    outdated, changed = [], []
    for subject, (last, later) in said.last_of_each_subject().items():
        token, intact = subjects.get(subject, ("", True))
        if token != last and token not in later:
            outdated.append(last)
        if not intact:
            changed.append(token)
    return Verdict(
        outdated=outdated, changed=changed, invented=sorted({t for t, _ in subjects.values()} - said.started)
    )


def _disordered(found: Iterable[Found]) -> list[str]:
    reached: dict[int, str] = {}
    wrong = []
    for event in sorted(found, key=lambda event: event.stamp):
        token = token_of(event.token)
        before = reached.get(token.thread)
        if before is not None and token_of(before) > token:
            wrong.append(event.token)
        else:
            reached[token.thread] = event.token
    return wrong


def _sorted(tokens: Iterable[str]) -> list[str]:
    return [str(token) for token in sorted(map(token_of, tokens))]
