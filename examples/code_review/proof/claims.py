"""The claims of the demo: each a function of the evidence, which gives its sentence and what speaks against it."""

from __future__ import annotations

import hashlib
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from . import doubts
from .evidence import Evidence, Testimony, review_id, subjects, torn
from .place import Life, Side


@dataclass(frozen=True, kw_only=True)
class Claim:
    """`sentence` says what should be so, with the numbers found; it holds when nothing is `wrong`."""

    name: str
    sentence: str
    wrong: list[str]

    @property
    def holds(self) -> bool:
        return not self.wrong


def judge(evidence: Evidence) -> list[Claim]:
    """All claims, in the order in which a sceptic asks."""
    return [claim(evidence) for claim in (*CLAIMS, *((workers_replaced,) if evidence.record.worker_kills else ()))]


def killed(evidence: Evidence) -> Claim:
    """The kills were kills, and fell into work."""
    record, dead = evidence.record, [life for life in evidence.record.lives if life.killed]
    left = [len(subjects(life.began - life.returned, "assign_task")) for life in evidence.testimonies[: len(dead)]]
    work = [tasks if life.at_work is None else life.at_work for life, tasks in zip(dead, left, strict=False)]
    wrong = [f"kill {n} found no task at work" for n, tasks in enumerate(work, 1) if not tasks]
    wrong += [
        f"{n} ended with exit code {life.exit_code}" for n, life in enumerate(dead, 1) if life.exit_code != -SIGKILL
    ]
    if len(dead) < record.kills:
        wrong.append(f"the work was done before kill {len(dead) + 1}; give it more files or a slower --pace")
    return Claim(name="killed", sentence=_how_killed(dead, work, len(evidence.wanted)), wrong=wrong)


def published_once(evidence: Evidence) -> Claim:
    """The effects file, which knows nothing of a store, has each review once."""
    wanted, found = (Counter(map(review_id, lines)) for lines in (evidence.wanted, evidence.published))
    wrong = [f"{id} was published {_times(found[id])}" for id in wanted if found[id] != 1]
    wrong += [f"{id} was published and is no file of the package" for id in found if id not in wanted]
    if not wrong and Counter(evidence.wanted) != Counter(evidence.published):
        wrong = [f"{review_id(line)} says something else" for line in evidence.published if line not in evidence.wanted]
    spoilt = torn(evidence.place.killed)
    return Claim(
        name="published once",
        sentence=f"each of the {len(wanted)} reviews was published exactly once, word for word as without a kill"
        + (f" (not counting {spoilt} torn by a kill)" if spoilt else ""),
        wrong=wrong,
    )


def same_report(evidence: Evidence) -> Claim:
    """The result of the whole is the undisturbed one."""
    digests = [_digest(side) for side in (evidence.place.reference, evidence.place.killed)]
    return Claim(
        name="same report",
        sentence=f"the final report equals the undisturbed run's to the byte ({digests[0]})",
        wrong=[] if digests[0] == digests[1] and digests[0] else [f"it is {digests[1] or 'missing'}"],
    )


def nothing_lost(evidence: Evidence) -> Claim:
    """What had returned before a kill is in the store; the witness outside says what had."""
    returned = sum((life.done() for life in evidence.testimonies), Counter())
    wrong = [f"{call.method} of {call.subject} returned and is not stored" for call in returned - evidence.stored]
    reported = sum(last - first + 1 for report in evidence.recoveries for first, last in _ranges(report))
    wrong += [f"a recovery report counts {reported} lost events"] if reported else []
    wrong += _gaps(evidence)
    return Claim(
        name="nothing lost",
        sentence=f"all {returned.total():,} calls that had returned are in the store: {reported} events lost, "
        "and no gap in their numbers",
        wrong=wrong,
    )


def nothing_invented(evidence: Evidence) -> Claim:
    """What the store says was done was begun; calls cut off by a kill may be in it or not."""
    made = sum((life.made() for life in evidence.testimonies), Counter())
    return Claim(
        name="nothing invented",
        sentence=f"all {evidence.stored.total():,} calls in the store were really made",
        wrong=[f"{call.method} of {call.subject} is stored and was not made" for call in evidence.stored - made],
    )


def not_done_twice(evidence: Evidence) -> Claim:
    """A task whose call had returned is not worked on again in a later life."""
    done: set[str] = set()
    again: set[str] = set()
    tried: Counter[str] = Counter()
    for life in evidence.testimonies:
        began = subjects(life.began, "assign_task")
        again |= done & began
        done |= subjects(life.done(), "assign_task")
        tried.update(began)
    cut = [id for id, lives in tried.items() if lives > 1 and id not in again]
    return Claim(
        name="nothing done twice",
        sentence=f"finished tasks that were done again: {len(again)}; cut off by a kill and taken up again: {len(cut)}",
        wrong=[f"{id} was finished, and begun again in a later life" for id in sorted(again)],
    )


def deaths_reported(evidence: Evidence) -> Claim:
    """Each death has a report that names the right process, the right cause, and all that was at work."""
    dead = [(n, life) for n, life in enumerate(evidence.record.lives, 1) if life.killed]
    wrong = [f"there are {len(evidence.recoveries)} reports"] if len(evidence.recoveries) != len(dead) else []
    for (n, life), report, _ in zip(dead, evidence.recoveries, evidence.testimonies, strict=False):
        if evidence.pids.get(report["recovered_run"]) != life.pid:
            wrong.append(f"report {n} is not about process {life.pid}")
        if report["cause"]["cause"] != "killed":
            wrong.append(f"report {n} says: {report['cause']['sentence']}")
        known = {task["id"] for task in report["tasks"] if task["fate"] == "in-flight"}
        at_work = subjects(evidence.at_work(n - 1), "assign_task")
        wrong += [f"report {n} does not say that {id} was in flight" for id in sorted(at_work - known)]
    return Claim(
        name="deaths reported",
        sentence=f"each of {len(dead)} deaths has its recovery report, which names the process, why it died, and every "
        "task that was at work",
        wrong=wrong,
    )


def doubts_settled(evidence: Evidence) -> Claim:
    """Each publication that was under way at a kill was looked up, and the answer was right."""
    found = doubts.of(evidence)
    happened, not_yet = (sum(doubt.answer is answer for doubt in found) for answer in (True, False))
    wrong = [f"publishing {doubt.task}: {doubt.wrong}" for doubt in found if doubt.wrong]
    wrong += [f"nobody found out whether {task} had been published" for task in doubts.open_in(found)]
    return Claim(
        name="doubts settled",
        sentence=f"publications in doubt after a kill that had happened, and were not done again: {happened}; that had "
        f"not, and were done: {not_yet}",
        wrong=wrong + doubts.unmentioned(evidence),
    )


def explained(evidence: Evidence) -> Claim:
    """Nothing is left open at the end."""
    done = set().union(*(subjects(life.returned, "assign_task") for life in evidence.testimonies))
    begun = set().union(*(subjects(life.called, "assign_task") for life in evidence.testimonies))
    last = evidence.record.lives[-1]
    wrong = [f"{id} was begun and never came to an end" for id in sorted(begun - done)]
    wrong += [] if last.exit_code == 0 else [f"the last life ended with exit code {last.exit_code}"]
    wrong += [] if len(evidence.testimonies) == len(evidence.record.lives) else ["a life left no trace of its work"]
    return Claim(
        name="nothing unexplained",
        sentence=f"unexplained: {len(wrong)}; every task came to its end, and the last life ended by itself",
        wrong=wrong,
    )


def workers_replaced(evidence: Evidence) -> Claim:
    """Workers were killed at work, and another one brought their work to its end."""
    lives = zip(evidence.record.lives, evidence.testimonies, strict=False)
    dead = [found.workers.get(pid, Testimony(pid)) for life, found in lives for pid in life.workers_killed]
    cut = [worker for worker in dead if worker.at_work()]
    done = set().union(*(subjects(life.returned, "assign_task") for life in evidence.testimonies))
    left = [id for worker in cut for id in sorted(subjects(worker.at_work(), "assign_task") - done)]
    wrong = [f"{id} was cut off with its worker and never came to an end" for id in left]
    if len(dead) < evidence.record.worker_kills:
        wrong.append(f"the work was done before worker {len(dead) + 1} could be killed")
    return Claim(
        name="workers replaced",
        sentence=f"{len(dead)} of its workers were killed besides, {len(cut)} of them at work, which others took up",
        wrong=wrong,
    )


CLAIMS: tuple[Callable[[Evidence], Claim], ...] = (
    killed,
    published_once,
    same_report,
    nothing_lost,
    nothing_invented,
    not_done_twice,
    doubts_settled,
    deaths_reported,
    explained,
)
SIGKILL = int(signal.SIGKILL)


def _how_killed(dead: list[Life], work: list[int], files: int) -> str:
    if not dead:
        return "it was not killed"
    at, tasks = _listed([f"{life.published}" for life in dead]), _listed([str(count) for count in work])
    times = _times(len(dead))
    return f"it was killed with SIGKILL {times}, with {at} of {files} reviews published and {tasks} tasks at work"


def _gaps(evidence: Evidence) -> Iterator[str]:
    """Numbers that are missing between a writer's first event and its last."""
    for before, event in pairwise(evidence.events):
        expected = before.number + 1 if before.writer == event.writer else 1
        if event.number != expected:
            yield f"event {expected} of writer {event.writer} is missing"


def _ranges(report: dict[str, dict[str, list[tuple[int, int]]]]) -> Iterator[tuple[int, int]]:
    for ranges in report["events_lost"].values():
        yield from ranges


def _digest(side: Side) -> str:
    if not side.report.exists():
        return ""
    content = side.report.read_bytes()
    return f"{len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()[:12]}..."


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _listed(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
