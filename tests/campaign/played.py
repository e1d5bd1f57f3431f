"""Tests of the suite played as rounds: each case in its turn, with what it asks for made of the round."""

from __future__ import annotations

import inspect
import itertools
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from tests.campaign import stages
from tests.campaign.fault import Finding, Round
from tests.crash.harness import Stage
from tests.crash.supervising import Watch, watching
from tests.unit.recovery.beginning import Place


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A test with the parameters of one of its cases, or the reason why this machine cannot play it."""

    test: Callable[..., None]
    given: dict[str, Any]
    missing: str = ""


def plays(counted: str, *tests: Callable[..., None]) -> Callable[[Round], Finding]:
    """A fault's `play`: the round of a number takes the next case of these tests, and counts it as `counted`."""
    all_of = [case for test in tests for case in cases(test)]

    def play(round: Round) -> Finding:
        return _play(all_of[(round.number - 1) % len(all_of)], counted, round)

    return play


def turn(*tests: Callable[..., None]) -> int:
    """In how many rounds each of their cases is played once."""
    return sum(len(list(cases(test))) for test in tests)


def cases(test: Callable[..., None]) -> Iterator[Case]:
    """All the cases that its `parametrize` marks make, and those of its module."""
    of_all = getattr(sys.modules[test.__module__], "pytestmark", [])
    of_all = of_all if isinstance(of_all, list) else [of_all]
    marks = [mark for mark in [*getattr(test, "pytestmark", []), *of_all] if mark.name == "parametrize"]
    for chosen in itertools.product(*(_sets(*mark.args) for mark in marks)):
        given = {name: value for names, values, _ in chosen for name, value in zip(names, values, strict=True)}
        yield Case(test=test, given=given, missing=next((why for *_, why in chosen if why), ""))


def _sets(names: str | tuple[str, ...], values: list[Any]) -> Iterator[tuple[tuple[str, ...], tuple[Any, ...], str]]:
    several = tuple(names.split(",")) if isinstance(names, str) else tuple(names)
    for value in values:
        skipped = [mark for mark in getattr(value, "marks", ()) if mark.name == "skipif" and mark.args[0]]
        inner = getattr(value, "values", value)
        single = len(several) == 1 and not hasattr(value, "marks")
        yield several, (inner,) if single else tuple(inner), skipped[0].kwargs["reason"] if skipped else ""


def _play(case: Case, counted: str, round: Round) -> Finding:
    if case.missing:
        return Finding(tally=Counter({"not played": 1}), noted={"missing": case.missing})
    needed = inspect.signature(case.test).parameters.keys() - case.given.keys()
    with ExitStack() as made:
        case.test(**case.given, **{name: made.enter_context(MAKERS[name](round)) for name in needed})
    shown = {name: getattr(value, "__name__", str(value)) for name, value in case.given.items()}
    return Finding(tally=Counter({counted: 1}), noted={"test": case.test.__name__, **shown})


@contextmanager
def _stage(round: Round) -> Iterator[Stage]:
    yield stages.stage(round)


@contextmanager
def _watch(round: Round) -> Iterator[Watch]:
    with watching(stages.server(round)) as watch:
        yield watch


@contextmanager
def _folder(round: Round) -> Iterator[Path]:
    yield round.folder


@contextmanager
def _store(round: Round) -> Iterator[Path]:
    (path := round.folder / "store").mkdir(mode=0o700)
    yield path


@contextmanager
def _place(round: Round) -> Iterator[Place]:
    with _store(round) as path:
        yield Place(path)


@contextmanager
def _living(round: Round) -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process.pid


MAKERS: dict[str, Callable[[Round], Any]] = {
    "stage": _stage,
    "watch": _watch,
    "tmp_path": _folder,
    "store_path": _store,
    "place": _place,
    "living": _living,
}
"""What makes each fixture."""
