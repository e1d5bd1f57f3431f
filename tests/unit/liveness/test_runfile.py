"""The run file's promises: one live run a name, the refused one told who runs, and the last run readable."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jarvis_ctx.errors import AlreadyRunning
from jarvis_ctx.liveness import identity
from jarvis_ctx.liveness.runfile import LOCK, RunFile, name_in, names_in
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.run import RunRecord

CLAIM = """
import sys
from pathlib import Path
from jarvis_ctx.liveness.runfile import RunFile
RunFile(Path(sys.argv[1]), "jarvis").claim()
print("claimed", flush=True)
sys.stdin.read()
"""


def record() -> RunRecord:
    run = RunId("jarvis.1")
    return RunRecord(
        id=run, name="jarvis", epoch=1, writer=WriterId("w1"), process=identity.this_process(), started=0, chain=run
    )


def test_a_second_live_run_is_refused_with_the_first_ones_process_and_host(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CLAIM, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "claimed\n"
        second = RunFile(tmp_path, "jarvis")
        second.write(record())

        with pytest.raises(AlreadyRunning) as caught:
            second.claim()

        assert (caught.value.facts["pid"], second.live) == (first.pid, first.pid)
        assert caught.value.facts["host"] == identity.this_process().host
        first.kill()
        first.wait()
        second.claim()
        second.release()


def test_a_second_run_in_the_same_process_is_refused_too(tmp_path: Path) -> None:
    first, second = RunFile(tmp_path, "jarvis"), RunFile(tmp_path, "jarvis")
    first.claim()

    with pytest.raises(AlreadyRunning, match=f"already runs in .* as process {os.getpid()}"):
        second.claim()

    first.release()
    second.claim()
    second.release()


def test_other_names_do_not_stand_in_each_others_way(tmp_path: Path) -> None:
    one, two = RunFile(tmp_path, "one"), RunFile(tmp_path, "two")
    one.claim()

    two.claim()

    assert (one.live, two.live) == (os.getpid(), os.getpid())
    one.release()
    two.release()


def test_the_last_run_is_read_without_a_database(tmp_path: Path) -> None:
    RunFile(tmp_path, "jarvis").write(record())

    assert RunFile(tmp_path, "jarvis").read() == record()


@pytest.mark.parametrize("damage", [None, b"", b"{", b"\xff", b'{"format":"x","run":{}}'])
def test_a_missing_or_damaged_file_says_nothing(tmp_path: Path, damage: bytes | None) -> None:
    runfile = RunFile(tmp_path, "jarvis")
    if damage is not None:
        runfile.path.write_bytes(damage)

    assert runfile.read() is None


def test_a_record_in_which_a_bit_has_flipped_says_what_it_said_or_nothing(tmp_path: Path) -> None:
    runfile = RunFile(tmp_path, "jarvis")
    runfile.write(record())
    sound = runfile.path.read_bytes()

    found = []
    for bit in range(len(sound) * 8):
        hit = bytearray(sound)
        hit[bit // 8] ^= 1 << bit % 8
        runfile.path.write_bytes(hit)
        found.append(runfile.read())

    assert all(run in (record(), None) for run in found)
    assert None in found


def test_a_record_of_an_earlier_release_has_no_digest_and_is_read(tmp_path: Path) -> None:
    runfile = RunFile(tmp_path, "jarvis")
    runfile.write(record())

    file = json.loads(runfile.path.read_bytes())
    del file["digest"]
    runfile.path.write_text(json.dumps(file))

    assert runfile.read() == record()


def test_an_orchestrator_is_known_by_its_record_and_by_its_lock(tmp_path: Path) -> None:
    others = ("run-a.fault", "run-.json", "run-.lock", "manifest.json", "drain.lock", "a-run-a.json", "run-a.json.new")

    for filename in ("run-jarvis.json", "run-a-b_2.json", "run-gone.lock", *others):
        (tmp_path / filename).touch()

    assert names_in(tmp_path) == ["a-b_2", "jarvis"]
    assert [name_in(filename, LOCK) for filename in ("run-gone.lock", "run-jarvis.json", *others)] == [
        "gone",
        *[None] * 8,
    ]


def test_this_process_lives_and_one_of_another_start_boot_or_host_does_not() -> None:
    import msgspec

    here = identity.this_process()

    assert identity.is_alive(here) is True
    assert identity.is_alive(msgspec.structs.replace(here, ticks=here.ticks - 1)) is False
    assert identity.is_alive(msgspec.structs.replace(here, ticks=0)) is True
    assert identity.is_alive(msgspec.structs.replace(here, ticks=0, created=here.created - 60)) is False
    assert identity.is_alive(msgspec.structs.replace(here, boot_id="another")) is False
    assert identity.is_alive(msgspec.structs.replace(here, pid=2**22 + 1)) is False
    assert identity.is_alive(msgspec.structs.replace(here, host="elsewhere")) is None
