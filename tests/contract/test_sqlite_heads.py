"""What of an event's payload has columns: what SQLite itself would read there, of a payload however large or deep."""

from __future__ import annotations

import sys
from inspect import stack

import pytest

from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.heads import head_of
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.records import WRITER, batch, event

PAYLOADS = {
    "plain": '[1,1790000000000001,"run-1","TaskProgressed","t",{}]',
    "odd spacing": ' [ 1 ,\n5,\t"r" , "DecisionLogged","s",{"n":1}]',
    "escapes": r'[1,5,"r","GraphWritesPut","[\"a\",\"\\\",]\u00e4\"]",{"n":"\"]"}]',
    "a huge number in it": '[1,5,"r","MessageSent","s",{"n":' + "9" * 4000 + ',"f":1e400}]',
    "short": '[1,5,"r"]',
    "another thing": "{}",
    "no JSON": "what rot has left",
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_the_columns_are_those_that_sqlite_reads(payload: str) -> None:
    statement = "SELECT value ->> 1, value ->> 3, value ->> 4 FROM (SELECT ? AS value) WHERE json_valid(value)"
    whole = sqlite.connect(":memory:").execute(statement, (payload,)).fetchone()

    head = head_of(payload)

    read = whole if whole is not None and whole[2] is not None else (None, None, None)
    assert (head.time, head.kind, head.subject) == read


def test_a_time_that_no_column_holds_leaves_them_empty() -> None:
    assert head_of(f'[1,{2**70},"r","TaskProgressed","t",{{}}]').kind is None


def test_an_event_that_is_written_with_little_stack_left_has_its_kind(sqlite_store: SqliteStore) -> None:
    deep: object = 1
    for _ in range(60):
        deep = [deep]
    given = batch([event(1, kind="GraphWritesPut", deep=deep)])

    def written(left: int) -> None:
        if left:
            written(left - 1)
        else:
            sqlite_store.events.write(given)

    written(sys.getrecursionlimit() - len(stack()) - 40)

    statement = "SELECT kind FROM events JOIN writers ON id = writer_id WHERE writer = ? AND number = 1"
    with sqlite_store._database.transaction() as connection:
        assert connection.execute(statement, (WRITER,)).fetchone() == ("GraphWritesPut",)
