"""Holds a served API against its own OpenAPI document: schemathesis in this process, with all its checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.schemas import BaseSchema

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.web.limits import Rate
from tests.contract.web.conftest import fill
from tests.contract.web.test_serving import bearer, begun

LISTS = "timeline|task-progress|agent-states|decisions"
CONFIG = """
seed = {seed}
headers = {{ Authorization = "{authorization}" }}
[generation]
max-examples = {each}
database = "none"
[checks]
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "405", "409", "413", "414", "415", "422"]
positive_data_acceptance.expected-statuses = ["2xx", "304", "404", "409"]
"""


class Part(NamedTuple):
    """Some of the operations; the stream is in none of them, as it has no end to wait for."""

    chosen: Callable[[BaseSchema], BaseSchema]
    operations: int
    open: int
    """Of how many there are ever new cases: the others have no parameters."""
    steady: int
    """How many cases the document itself gives, at least, however few are asked for."""
    share: float
    """Of all cases."""


PARTS = {
    "lists": Part(lambda all: all.include(path_regex=LISTS), 4, 4, 200, 0.45),
    "the rest": Part(lambda all: all.exclude(path_regex=f"{LISTS}|stream").exclude(method="POST"), 16, 7, 200, 0.45),
    "writes": Part(lambda all: all.include(method="POST"), 3, 3, 60, 0.1),
}


class Examined(NamedTuple):
    """How many cases each operation had, and what was found, a text each."""

    cases: Counter[str]
    wrong: list[str]


@contextmanager
def described(store: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Where a live orchestrator serves itself, without a limit to what is asked, and what opens it."""
    with JarvisContextManager(store, handle_signals=False, serve=True, port=0, rate_limit=0) as manager:
        fill(manager)
        url = begun(manager)["url"]
        manager._serving._server.app.guard.failures = Rate(0, 1)  # type: ignore[union-attr]  # It serves.
        manager._schedule._starter.join()
        yield url, bearer(store)


def examine(url: str, headers: dict[str, str], part: Part, cases: int, seed: int) -> Examined:
    """Ask the operations of `part` for its share of `cases`, by what `seed` gives."""
    each = max(10, -(-round(cases * part.share - part.steady) // part.open))
    config = SchemathesisConfig.from_str(CONFIG.format(seed=seed, each=each, authorization=headers["Authorization"]))
    whole = schemathesis.openapi.from_url(f"{url}/openapi.json", config=config, headers=dict(headers))
    found = Examined(Counter(), [])
    for event in from_schema(part.chosen(whole)).execute():
        match event:
            case events.ScenarioFinished(label=str(label), recorder=recorder):
                found.cases[label] += len(recorder.cases)
                found.wrong.extend(_failures(recorder.checks))
            case events.NonFatalError() | events.FatalError():
                found.wrong.append(str(event))
    return found


def _failures(checks: dict[str, list[Any]]) -> list[str]:
    """What the checks of one operation found."""
    failed = [check.failure_info for of_case in checks.values() for check in of_case if check.failure_info is not None]
    return [f"{info.failure.title}: {info.failure.message}\n{info.code_sample}" for info in failed]
