"""Tests of the suite played as rounds: each case in its turn, with what it asks for made of the round."""

from __future__ import annotations

import inspect
import itertools
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from tests.campaign import stages
from tests.campaign.fault import Finding, Round
from tests.crash.harness import Stage
from tests.crash.supervising import Watch, watching
from tests.unit.recovery.beginning import Place

Test: TypeAlias = Callable[..., None]
Given: TypeAlias = Mapping[str, Any]
Maker: TypeAlias = Callable[[Round, Given], AbstractContextManager[Any]]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A test with the parameters of one of its cases, or the reason why this machine cannot play it."""

    test: Test
    given: dict[str, Any]
    missing: str = ""


class Turns:
    """A fault's `play`: the round of a number takes the next case of these tests."""

    def __init__(self, counted: Mapping[Test, str], **makers: Maker) -> None:
        """Counts a case of a test as `counted` says; `makers` are for what it asks for besides what `MAKERS` makes."""
        self._cases = [(case, name) for test, name in counted.items() for case in cases(test)]
        self._makers = {**MAKERS, **makers}

    def __len__(self) -> int:
        """In how many rounds each case is played once."""
        return len(self._cases)

    def __call__(self, round: Round) -> Finding:
        case, counted = self._cases[(round.number - 1) % len(self)]
        if case.missing:
            return Finding(apart=f"not played ({case.missing})")
        given = case.given
        with ExitStack() as made:
            asked = {
                name: given[name] if name in given else made.enter_context(self._makers[name](round, given))
                for name in inspect.signature(case.test).parameters
            }
            case.test(**asked)
        shown = {name: getattr(value, "__name__", str(value)) for name, value in given.items()}
        return Finding(tally=Counter({counted: 1}), noted={"test": case.test.__name__, **shown})


def cases(test: Test) -> Iterator[Case]:
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


@contextmanager
def _stage(round: Round, given: Given) -> Iterator[Stage]:
    yield stages.stage(round)


@contextmanager
def _watch(round: Round, given: Given) -> Iterator[Watch]:
    with watching(stages.server(round)) as watch:
        yield watch


@contextmanager
def _folder(round: Round, given: Given) -> Iterator[Path]:
    yield round.folder


@contextmanager
def _store(round: Round, given: Given) -> Iterator[Path]:
    (path := round.folder / "store").mkdir(mode=0o700)
    yield path


@contextmanager
def _place(round: Round, given: Given) -> Iterator[Place]:
    with _store(round, given) as path:
        yield Place(path)


@contextmanager
def _living(round: Round, given: Given) -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process.pid


MAKERS: dict[str, Maker] = {
    "stage": _stage,
    "watch": _watch,
    "tmp_path": _folder,
    "store_path": _store,
    "place": _place,
    "living": _living,
}
"""What makes each fixture, with the parameters of the case."""
