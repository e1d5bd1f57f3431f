"""The tables that people read with plain SQL: each filled in the transaction of its events."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from jarvis_ctx.clock import iso
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.records import (
    OTHER,
    START,
    WRITER,
    attempt,
    batch,
    event,
    lease,
    opening,
    run,
    snapshot,
    step,
    task,
)

SCHEMA_PAGE = Path(__file__).parents[2] / "docs" / "schema.md"


def rows(store: SqliteStore, statement: str) -> list[dict[str, Any]]:
    """What anybody's own SQLite connection would find."""
    path = store.queries.facts()["path"]
    connection = sqlite.connect(path)
    connection.row_factory = sqlite.Row
    found = [dict(row) for row in connection.execute(statement)]
    connection.close()
    return found


def test_a_decision_has_its_columns_with_text_as_text_and_the_rest_as_json(sqlite_store: SqliteStore) -> None:
    context = {"files": 2, "big": 2**80, "text": "ü"}
    body = {"decision_type": "route", "context": context, "decision": "fast lane", "reasoning": ["a", 1], "cost": 0.5}

    sqlite_store.events.write(batch([event(1), event(2, kind="DecisionLogged", outcome=None, **body)]))

    (row,) = rows(sqlite_store, "SELECT * FROM decision_log")
    assert (row["orchestrator"], row["run"], row["number"]) == ("jarvis", "run-1", 2)
    assert (row["time"], row["timestamp"]) == (START + 2, iso(START + 2))
    assert (row["decision_type"], row["decision"], row["outcome"]) == ("route", "fast lane", None)
    assert (json.loads(row["context"]), json.loads(row["reasoning"])) == (context, ["a", 1])
    assert json.loads(row["extra"]) == {"cost": 0.5}


def test_a_message_has_its_sender_recipient_and_content(sqlite_store: SqliteStore) -> None:
    body = {"sender": "parser", "recipient": "editor", "content": 17, "urgent": True}

    sqlite_store.events.write(batch([event(1, kind="MessageSent", **body)]))

    (row,) = rows(sqlite_store, "SELECT * FROM agent_coordination")
    assert (row["sender"], row["recipient"], row["content"]) == ("parser", "editor", "17")
    assert (row["timestamp"], json.loads(row["extra"])) == (iso(START + 1), {"urgent": True})


def test_a_text_that_names_a_kind_is_not_taken_for_one(sqlite_store: SqliteStore) -> None:
    quoting = [event(1, text='"DecisionLogged"'), event(2, MessageSent={"sender": "x"}, kind="MessageAdded")]

    sqlite_store.events.write(batch(quoting))

    assert rows(sqlite_store, "SELECT * FROM decision_log") == []
    assert rows(sqlite_store, "SELECT * FROM agent_coordination") == []


def test_a_decision_written_twice_or_removed_is_there_once_or_not_at_all(sqlite_store: SqliteStore) -> None:
    decisions = [event(number, kind="DecisionLogged", decision=str(number)) for number in (1, 2)]
    sqlite_store.events.write(batch(decisions))

    sqlite_store.events.write(batch(decisions))
    sqlite_store.events.remove(WRITER, [1])

    assert [row["decision"] for row in rows(sqlite_store, "SELECT decision FROM decision_log")] == ["2"]


@pytest.mark.parametrize("time", [0, 1, 999, 1000, 999_999, START + 123_456, START + 999_999, 4_102_444_799_999_999])
def test_times_derived_in_sql_equal_those_derived_in_python(sqlite_store: SqliteStore, time: int) -> None:
    sqlite_store.events.write(batch([event(1, kind="DecisionLogged", time=time)]))

    (row,) = rows(
        sqlite_store, "SELECT decision_log.timestamp AS a, event_log.timestamp AS b FROM decision_log, event_log"
    )

    assert row == {"a": iso(time), "b": iso(time)}


def test_the_event_log_shows_each_event_readably(sqlite_store: SqliteStore) -> None:
    sqlite_store.events.write(batch([event(1, percentage=50), event(1, OTHER, kind="X")], opening(), opening(OTHER)))

    found = rows(sqlite_store, "SELECT * FROM event_log ORDER BY time, writer")

    assert [(row["orchestrator"], row["writer"], row["kind"]) for row in found] == [
        ("jarvis", WRITER, "TaskProgressed"),
        ("jarvis", OTHER, "X"),
    ]
    assert (found[0]["subject"], found[0]["run"], found[0]["body"]) == ("subject-1", "run-1", '{"percentage":50}')


def test_a_task_has_a_row_that_its_next_state_replaces(sqlite_store: SqliteStore) -> None:
    first = task("t-1", status="started", blockers=("a", "b"), metadata={"priority": 1}, description='"ü"\n')
    sqlite_store.events.write(batch([], tasks=[first, task("t-2")]))

    done = replace(first, status="Done", percentage=100, attempts={"k": attempt(1), "l": attempt(2)}, blockers=())
    sqlite_store.events.write(batch([], tasks=[done]))

    (row,) = rows(sqlite_store, "SELECT * FROM task_progress WHERE task_id = 't-1'")
    assert (row["orchestrator"], row["description"], row["agent"]) == ("jarvis", '"ü"\n', "")
    assert (row["status"], row["shown_status"], row["percentage"]) == ("Done", "completed", 100)
    assert (row["completed_subtasks"], row["blockers"], row["dependencies"]) == ("[]", "[]", "[]")
    assert (row["attempts"], row["quarantined"], row["metadata"]) == (2, "", '{"priority":1}')
    assert (row["created_at"], row["updated_at"]) == (iso(START), iso(START + 5_000_000))


def test_a_step_has_a_row_with_its_result_as_json_or_nothing(sqlite_store: SqliteStore) -> None:
    steps = [step("a", result={"id": 5}, kept=True), step("b", result=None, kept=True), step("c", status="started")]

    sqlite_store.events.write(batch([], steps=steps))

    found = rows(sqlite_store, "SELECT key, status, kept, result FROM steps ORDER BY key")
    assert [tuple(row.values()) for row in found] == [
        ("a", "finished", 1, '{"id":5}'),
        ("b", "finished", 1, "null"),
        ("c", "started", 0, None),
    ]


def test_a_run_has_a_row_that_its_end_completes(sqlite_store: SqliteStore) -> None:
    begun = run("run-1", code={"assign_task": "abc"})
    sqlite_store.events.write(batch([], runs=[begun]))
    (before,) = rows(sqlite_store, "SELECT * FROM runs")

    sqlite_store.events.write(batch([], runs=[replace(begun, ended=START + 1, ending="closed", cause={"cause": "x"})]))

    (after,) = rows(sqlite_store, "SELECT * FROM runs")
    assert (before["host"], before["pid"], before["ended"], before["ended_at"]) == ("here", 4711, None, None)
    assert (after["ended_at"], after["ending"], after["cause"]) == (iso(START + 1), "closed", '{"cause":"x"}')
    assert (after["orchestrator"], after["code"]) == ("jarvis", '{"assign_task":"abc"}')


def test_a_snapshots_row_says_how_often_it_was_found_unchanged(sqlite_store: SqliteStore) -> None:
    kept = snapshot("a", label="before the merge")
    sqlite_store.checkpoints.put(kept)

    for taken in (START + 1, START + 2):
        sqlite_store.checkpoints.move(replace(kept.header, taken=taken))

    (row,) = rows(sqlite_store, "SELECT * FROM context_snapshots")
    assert (row["deduplicated"], row["timestamp"], row["label"]) == (2, iso(START + 2), "before the merge")
    assert (row["context_data"], row["bytes"], row["content_hash"]) == (kept.state.decode(), 21, "ab" * 32)
    assert (row["position"], row["tasks"], row["agents"]) == (f'{{"{WRITER}":7}}', 1, 0)


def test_a_lease_has_a_row_with_its_time_as_text(sqlite_store: SqliteStore) -> None:
    sqlite_store.leases.put("jarvis", [lease("parser", START, load=1)])

    (row,) = rows(sqlite_store, "SELECT * FROM leases")

    assert (row["agent"], row["beat_at"], row["beats"], row["details"]) == ("parser", iso(START), 2, '{"load":1}')


def test_a_derived_value_of_another_type_than_its_column_never_stops_a_batch(sqlite_store: SqliteStore) -> None:
    odd = task("t-1", description=None, percentage="many", agent={"name": "x"})

    sqlite_store.events.write(batch([event(1)], tasks=[odd]))

    assert sqlite_store.events.watermarks() == {WRITER: 1}


def test_every_table_and_column_is_documented_and_nothing_else_is(sqlite_store: SqliteStore) -> None:
    names = rows(sqlite_store, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name")
    made = {row["name"]: _columns(sqlite_store, row["name"]) for row in names}

    documented = _documented()

    assert documented == made


def _columns(store: SqliteStore, table: str) -> list[tuple[str, str]]:
    return [(row["name"], row["type"]) for row in rows(store, f"PRAGMA table_xinfo({table})")]


def _documented() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for line in SCHEMA_PAGE.read_text("utf-8").splitlines():
        if heading := re.match(r"### `(\w+)`", line):
            columns = found.setdefault(heading[1], [])
        elif row := re.match(r"\| `(\w+)` \| (\w*) \| .+ \|", line):
            columns.append((row[1], row[2]))
    return found


def test_rows_that_a_restore_has_undone_are_taken_out_and_what_it_brought_back_stays(sqlite_store: SqliteStore) -> None:
    point, between, restored = START, START + 5, START + 9
    told = [task("old", updated=(point, WRITER, 1)), task("undone", updated=(between, WRITER, 2))]
    steps = [step("kept", updated=(point, WRITER, 1)), step("undone", updated=(between, WRITER, 2))]
    sqlite_store.events.write(batch([event(1)], tasks=told, steps=steps))

    sqlite_store.events.write(
        batch([event(2)], tasks=[task("back", updated=(between, WRITER, 2))], left=[(point, restored)])
    )

    assert [row["task_id"] for row in rows(sqlite_store, "SELECT * FROM task_progress ORDER BY 1, 2")] == [
        "back",
        "old",
    ]
    assert [row["key"] for row in rows(sqlite_store, "SELECT * FROM steps")] == ["kept"]
