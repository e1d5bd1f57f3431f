"""JarvisSaver beyond what the conformance suite asks."""

from __future__ import annotations

import os
import subprocess
import sys
from binascii import b2a_base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.base import empty_checkpoint
from ormsgpack import packb as msgpack

from jarvis_ctx.adapters.langgraph import JarvisSaver, places
from jarvis_ctx.errors import (
    BadValue,
    CarriedOverFork,
    CorruptData,
    OtherSerialiser,
    SecretsNotSeen,
    TypeNotAllowed,
    UnknownThread,
    UnstorableValue,
)
from jarvis_ctx.graphs.pen import DEEPEST
from tests.adapters.langgraph.graphs import bases, config, got, put, values, written
from tests.locked import locked

ROOT = Path(__file__).parents[3]
BIG = {f"task-{number}": os.urandom(30).hex() for number in range(200)}


@dataclass
class Opinion:
    text: str


@pytest.fixture
def saver(store_path: Path) -> Iterator[JarvisSaver]:
    with JarvisSaver(store_path) as made:
        yield made


def test_a_value_whose_version_has_not_changed_is_not_written_again_and_is_found(saver: JarvisSaver) -> None:
    first = put(saver, config(), {"big": BIG, "small": 1}, {"big": 1, "small": 1})

    second = put(saver, first, {"big": BIG, "small": 2}, {"small": 2})

    assert values(saver, second) == {"big": BIG, "small": 2}
    assert values(saver, first) == {"big": BIG, "small": 1}
    assert written(saver, second) < 1000


def test_a_large_value_that_changes_little_is_stored_as_its_changes(saver: JarvisSaver) -> None:
    changed = BIG | {"task-7": "done"}
    at = put(saver, config(), {"big": BIG}, {"big": 1})

    at = put(saver, at, {"big": changed}, {"big": 2})
    later = put(saver, at, {"big": changed | {"task-8": "done"}}, {"big": 3})

    assert values(saver, later) == {"big": changed | {"task-8": "done"}}
    assert max(written(saver, at), written(saver, later)) < 1000


def test_a_large_value_that_changes_here_and_there_takes_little_each_time_and_is_found_again(store_path: Path) -> None:
    great = {f"task-{n}": os.urandom(30).hex() for n in range(2000)}
    changes = [(f"task-{n * 787 % 2000}", os.urandom(8).hex()) for n in range(100)]
    told, at = [great | dict(changes[:count]) for count in range(100)], config()

    with JarvisSaver(store_path) as saver:
        places = [at := put(saver, at, {"big": value}, {"big": number}) for number, value in enumerate(told, 1)]
        sizes = sorted(written(saver, place) for place in places)

    with JarvisSaver(store_path) as saver:
        assert [values(saver, place) for place in places[::9]] == [{"big": value} for value in told[::9]]
    assert sizes[80] < 1200


def test_no_value_is_built_upon_more_than_a_few_others(saver: JarvisSaver) -> None:
    tasks, at = dict(BIG), config()

    depths = []
    for number in range(120):
        tasks[f"task-{number}"] = f"done in superstep {number}"
        at = put(saver, at, {"big": tasks}, {"big": number})
        depths.append(len(bases(saver, at, "big")))

    assert (depths[0], max(depths)) == (0, DEEPEST + 1)
    assert values(saver, at) == {"big": tasks}


def test_a_branch_of_a_thread_has_the_values_of_its_own_line(saver: JarvisSaver) -> None:
    root = put(saver, config(), {"a": "root", "b": "root"}, {"a": 1, "b": 1})
    left = put(saver, root, {"a": "left", "b": "root"}, {"a": 2})

    right = put(saver, root, {"a": "right", "b": "root"}, {"a": 2})
    tip = put(saver, right, {"a": "right", "b": "tip"}, {"b": 2})

    assert values(saver, left) == {"a": "left", "b": "root"}
    assert values(saver, tip) == {"a": "right", "b": "tip"}


def test_a_run_that_follows_goes_on_from_the_values_of_the_last(store_path: Path) -> None:
    with JarvisSaver(store_path) as saver:
        at = put(saver, config(), {"big": BIG, "n": 1}, {"big": 1, "n": 1})

    with JarvisSaver(store_path) as saver:
        at = put(saver, at, {"big": BIG, "n": 2}, {"n": 2})

        assert values(saver, at) == {"big": BIG, "n": 2}
        assert written(saver, at) < 1000


def test_what_was_put_survives_a_kill_in_the_very_next_moment(store_path: Path) -> None:
    script = (
        "import os, signal, sys\n"
        "from jarvis_ctx.adapters.langgraph import JarvisSaver\n"
        "from tests.adapters.langgraph.graphs import config, put\n"
        "saver = JarvisSaver(sys.argv[1])\n"
        "at = put(saver, config(), {'n': 1}, {'n': 1})\n"
        "saver.put_writes(at, [('n', 2)], 'task')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environ = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}

    died = subprocess.run([sys.executable, "-c", script, store_path], env=environ, check=False)

    with JarvisSaver(store_path) as saver:
        found = got(saver, config())
    assert died.returncode == -9
    assert (found.checkpoint["channel_values"], found.pending_writes) == ({"n": 1}, [("task", "n", 2)])


def test_a_saver_joins_the_sidecar_that_its_process_has(store_path: Path) -> None:
    with JarvisSaver(store_path) as first, JarvisSaver(store_path) as second:
        at = put(first, config(), {"n": 1}, {"n": 1})

        found = values(second, at)

        assert found == {"n": 1}
        assert second.manager is first.manager
    assert first.manager.closed


def test_a_type_that_nobody_allowed_is_named_and_not_built(saver: JarvisSaver) -> None:
    at = put(saver, config(), {"opinion": Opinion("fine")}, {"opinion": 1})

    with pytest.raises(TypeNotAllowed, match=r"Channel 'opinion' .*test_saver.Opinion"):
        saver.get_tuple(at)


def test_an_allowed_type_comes_back_as_it_was(store_path: Path) -> None:
    with JarvisSaver(store_path, allowed=[Opinion]) as saver:
        at = put(saver, config(), {"opinion": Opinion("fine")}, {"opinion": 1})

        assert values(saver, at) == {"opinion": Opinion("fine")}


def test_a_value_of_another_serialiser_is_refused_unread(saver: JarvisSaver) -> None:
    class Pickling:
        def dumps_typed(self, value: object) -> tuple[str, bytes]:
            return "pickle", b"cos\nsystem\n(S'false'\ntR."

    own = saver.serde
    saver.serde = Pickling()  # type: ignore[assignment]  # What somebody else's saver would have written.
    at = saver.put(config(), empty_checkpoint(), {"source": "loop"}, {})
    saver.serde = own

    with pytest.raises(OtherSerialiser, match="pickle"):
        saver.get_tuple(at)


def test_what_the_serialiser_cannot_hold_is_refused_by_name_and_nothing_is_stored(saver: JarvisSaver) -> None:
    with pytest.raises(UnstorableValue, match="channel said"):
        put(saver, config(), {"said": "half a \ud83d"}, {"said": 1})

    assert saver.get_tuple(config()) is None


@pytest.mark.parametrize("id", [None, "", 0, "1f", []], ids=str)
@pytest.mark.parametrize("namespace", [None, "", "node:1"], ids=str)
def test_a_place_is_what_its_parts_are(id: object, namespace: object) -> None:
    named: Any = {"configurable": {"thread_id": 7, "checkpoint_ns": namespace, "checkpoint_id": id}}

    assert places.place_of(named) == (places.thread_of(named), places.namespace_of(named), places.id_of(named))


def test_a_name_that_utf_8_cannot_hold_is_refused_and_nothing_is_stored(saver: JarvisSaver) -> None:
    at = put(saver, config(), {"n": 1}, {"n": 1})

    for write in (
        lambda: put(saver, at, {"half \ud83d": 2}, {"half \ud83d": 2}),
        lambda: put(saver, config(namespace="half \ud83d"), {"n": 2}, {"n": 2}),
        lambda: saver.put_writes(at, [("half \ud83d", 2)], "task"),
    ):
        with pytest.raises(UnstorableValue, match="a name"):
            write()

    assert (values(saver, config()), got(saver, config()).pending_writes) == ({"n": 1}, [])


def test_values_of_every_form_come_back_as_the_types_they_were(saver: JarvisSaver) -> None:
    told = {"none": None, "empty": b"", "bytes": b"\0\xff", "array": bytearray(b"\0\xff"), "large": os.urandom(2000)}

    at = put(saver, config(), told, dict.fromkeys(told, 1))
    saver.put_writes(at, list(told.items()), "task")

    assert list(values(saver, at).items()) == list(told.items())
    assert [(channel, value) for _, channel, value in got(saver, at).pending_writes or []] == list(told.items())


@pytest.mark.parametrize("key", ["') OR 1=1 --", "a b", "", "$.x"])
def test_a_filter_key_that_is_no_plain_name_is_refused(saver: JarvisSaver, key: str) -> None:
    with pytest.raises(BadValue, match="a key of filter"):
        list(saver.list(None, filter={key: 1}))


@pytest.mark.parametrize("thread", ["", None, 1.5, "x" * 513, "half \ud83d"])
def test_a_thread_id_that_none_can_have_is_refused(saver: JarvisSaver, thread: object) -> None:
    with pytest.raises(BadValue, match="thread_id"):
        saver.get_tuple({"configurable": {"thread_id": thread}})


def test_a_number_names_the_thread_of_its_digits(saver: JarvisSaver) -> None:
    put(saver, config("7"), {"n": 1}, {"n": 1})

    assert values(saver, {"configurable": {"thread_id": 7}}) == {"n": 1}


def test_copying_a_thread_that_is_not_there_names_the_nearest(saver: JarvisSaver) -> None:
    put(saver, config("invoices"), {}, {})

    with pytest.raises(UnknownThread, match="did you mean invoices"):
        saver.copy_thread("invoice", "copy")


def test_a_deleted_thread_begins_anew(saver: JarvisSaver) -> None:
    put(saver, config(), {"n": 1}, {"n": 1})
    saver.delete_thread("thread")
    gone = saver.get_tuple(config())

    put(saver, config(), {"n": 2}, {"n": 1})

    assert gone is None
    assert [found.checkpoint["channel_values"] for found in saver.list(config())] == [{"n": 2}]


def test_checkpoints_of_all_threads_are_listed_the_latest_first(saver: JarvisSaver) -> None:
    told = [put(saver, config(thread), {"n": n}, {"n": 1}) for n, thread in enumerate(("b", "a", "b", "c"))]

    found = [each.config for each in saver.list(None)]

    assert found == told[::-1]


def test_dropping_secrets_is_refused_because_a_state_cannot_be_looked_into(store_path: Path) -> None:
    with pytest.raises(SecretsNotSeen):
        JarvisSaver(store_path, secrets="drop")


def test_a_locked_database_reaches_no_node_and_what_was_put_is_read_all_the_same(store_path: Path) -> None:
    with JarvisSaver(store_path) as saver:
        at = put(saver, config(), {"n": 1}, {"n": 1})
        saver.manager.flush()

        with locked(store_path / "jarvis_context.db"):
            at = put(saver, at, {"n": 2}, {"n": 2})
            saver.put_writes(at, [("n", 3)], "task")
            found = got(saver, config())

    assert (found.checkpoint["channel_values"], found.pending_writes) == ({"n": 2}, [("task", "n", 3)])


def test_a_saver_carried_over_a_fork_refuses_and_its_parents_goes_on(saver: JarvisSaver) -> None:
    at = put(saver, config(), {"n": 1}, {"n": 1})

    child = os.fork()
    if child == 0:
        os._exit(_refusals(saver))
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 4
    assert values(saver, at) == {"n": 1}


def _refusals(saver: JarvisSaver) -> int:
    refused = 0
    for call in (
        lambda: saver.put(config(), empty_checkpoint(), {"source": "loop"}, {}),
        lambda: saver.put_writes(config(id="1"), [], "task"),
        lambda: saver.get_tuple(config()),
        lambda: list(saver.list(None)),
    ):
        try:
            call()
        except CarriedOverFork:
            refused += 1
    return refused


@pytest.mark.parametrize("secrets", ["keep", "encrypt"])
def test_with_a_key_nothing_of_a_state_is_on_disk_as_it_was(
    store_path: Path, monkeypatch: pytest.MonkeyPatch, secrets: str
) -> None:
    monkeypatch.setenv("KEY", "ab" * 32)
    told, big = {"said": "a very private word"}, {"said": "a very private word", "n": list(range(300))}

    with JarvisSaver(store_path, encryption_key="env:KEY", secrets=secrets) as saver:
        at = put(saver, config(), {"told": told, "big": big}, {"told": 1, "big": 1})
        saver.put_writes(at, [("told", told)], "task")
        saver.manager.flush()
        found = got(saver, at)

    shown = [told["said"].encode(), b2a_base64(msgpack(told), newline=False)[4:-4], b'"kept"']
    held = b"".join(path.read_bytes() for path in store_path.rglob("*") if path.is_file())
    assert (found.checkpoint["channel_values"], found.pending_writes) == (
        {"told": told, "big": big},
        [("task", "told", told)],
    )
    assert [text for text in shown if text in held] == []


def test_a_checkpoint_that_is_found_under_another_thread_is_not_given_as_its_own(store_path: Path) -> None:
    with JarvisSaver(store_path) as saver:
        put(saver, config(thread="mine"), {"small": 1}, {"small": 1})
        put(saver, config(thread="nine"), {"small": 9}, {"small": 9})
        saver.manager.flush()
        with saver.manager._opened.ground.store.events._database.transaction() as connection:
            connection.execute("UPDATE events SET subject = replace(subject, 'nine', 'mine') WHERE kind GLOB 'Graph*'")

        with pytest.raises(CorruptData, match="found under what it is not"):
            got(saver, config(thread="mine"))
