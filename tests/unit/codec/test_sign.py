"""The store vouches for its own bytes with a key that nobody else can read."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.codec.sign import Key, load_key, load_or_create_key, mac, verify
from jarvis_ctx.errors import CorruptData, UnsafeFolder

KEY = Key(secret=bytes(range(32)))
OTHER = Key(secret=bytes(32))
FOREIGN_USER = 65534


@pytest.fixture
def path(store_path: Path) -> Path:
    return store_path / "secret.key"


@pytest.fixture
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_a_signature_verifies_with_its_key_purpose_header_and_data() -> None:
    signature = mac(KEY, "checkpoint", b"header", b"data")

    assert verify(KEY, "checkpoint", b"header", b"data", signature)
    assert len(signature) == 64


@pytest.mark.parametrize(
    ("key", "purpose", "header", "data"),
    [
        (OTHER, "checkpoint", b"header", b"data"),
        (KEY, "archive", b"header", b"data"),
        (KEY, "", b"header", b"data"),
        (KEY, "checkpoint", b"Header", b"data"),
        (KEY, "checkpoint", b"header", b"data\0"),
        (KEY, "checkpoint", b"headerd", b"ata"),
        (KEY, "checkpoint", b"", b"headerdata"),
        (KEY, "checkpointheader", b"", b"data"),
    ],
)
def test_a_signature_verifies_for_nothing_else(key: Key, purpose: str, header: bytes, data: bytes) -> None:
    assert not verify(key, purpose, header, data, mac(KEY, "checkpoint", b"header", b"data"))


@pytest.mark.parametrize(
    "forged", ["", "0" * 64, "é" * 64, "\ud800", mac(KEY, "p", b"", b"").upper(), mac(KEY, "p", b"", b"")[:63]]
)
def test_a_forged_signature_does_not_verify(forged: str) -> None:
    assert not verify(KEY, "p", b"", b"", forged)


def test_a_key_is_shown_by_its_id_alone() -> None:
    assert repr(KEY) == f"Key(id='{KEY.id}')"
    assert len(KEY.id) == 16
    assert KEY.id != OTHER.id


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_secret_of_another_length_is_no_key(length: int) -> None:
    with pytest.raises(CorruptData):
        Key(secret=bytes(length))


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777], indirect=True, ids=oct)
def test_a_new_key_is_for_its_owner_alone_whatever_the_umask(umask: int, path: Path) -> None:
    load_or_create_key(path)

    assert path.stat().st_mode & 0o7777 == 0o600
    assert os.listdir(path.parent) == [path.name]


def test_a_key_is_made_once_and_found_again(path: Path) -> None:
    made = load_or_create_key(path)

    assert load_or_create_key(path) == load_key(path) == made
    assert load_or_create_key(path.with_name("second.key")) != made


def test_looking_for_a_key_makes_none(path: Path) -> None:
    assert load_key(path) is None
    assert not path.exists()


def test_of_many_that_make_the_key_at_once_all_get_the_same(path: Path) -> None:
    ready, made = threading.Barrier(8), set[str]()
    makers = [threading.Thread(target=lambda: (ready.wait(), made.add(load_or_create_key(path).id))) for _ in range(8)]

    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()

    assert len(made) == 1
    assert os.listdir(path.parent) == [path.name]


MAKE_KEYS = """
import sys
from pathlib import Path
from jarvis_ctx.codec.sign import load_or_create_key
for number in range(10_000):
    folder = Path(sys.argv[1], str(number))
    folder.mkdir()
    load_or_create_key(folder / "secret.key")
    print(flush=True)
"""


DIE_AT_A_CALL = """
import os, signal, sys
from itertools import count
from pathlib import Path
from jarvis_ctx.codec.sign import load_or_create_key
calls = count()
sys.addaudithook(lambda *_: next(calls) == int(sys.argv[2]) and os.kill(os.getpid(), signal.SIGKILL))
load_or_create_key(Path(sys.argv[1], "secret.key"))
"""


@pytest.mark.parametrize("call", range(8))
def test_a_process_killed_at_any_call_leaves_no_key_or_a_whole_one(call: int, path: Path) -> None:
    died = subprocess.run([sys.executable, "-c", DIE_AT_A_CALL, str(path.parent), str(call)], check=False).returncode

    left = load_key(path)

    assert died in (-signal.SIGKILL, 0)
    assert left is None or load_or_create_key(path) == left


@pytest.mark.parametrize("seed", range(6))
def test_a_process_killed_while_it_makes_a_key_leaves_none_or_a_whole_one(seed: int, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", MAKE_KEYS, str(tmp_path)], stdout=subprocess.PIPE) as maker:
        assert maker.stdout is not None
        made = random.Random(seed).randrange(1, 30)
        for _ in range(made):
            maker.stdout.readline()
        maker.send_signal(signal.SIGKILL)

    kept = [load_key(folder / "secret.key") for folder in tmp_path.iterdir()]
    assert sum(key is not None for key in kept) >= made
    assert all(load_or_create_key(folder / "secret.key") for folder in tmp_path.iterdir())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o666, 0o610])
def test_a_key_that_others_may_use_is_refused(mode: int, path: Path) -> None:
    load_or_create_key(path)
    path.chmod(mode)

    with pytest.raises(UnsafeFolder, match="make its mode 600"):
        load_or_create_key(path)


def test_a_symbolic_link_in_place_of_the_key_is_refused(path: Path) -> None:
    elsewhere = path.with_name("elsewhere.key")
    load_or_create_key(elsewhere)
    path.symlink_to(elsewhere)

    with pytest.raises(UnsafeFolder, match="symbolic link"):
        load_or_create_key(path)


def test_a_link_to_nothing_is_refused_and_nothing_is_made_where_it_points(path: Path) -> None:
    path.symlink_to(path.with_name("nothing"))

    with pytest.raises(UnsafeFolder, match="symbolic link"):
        load_or_create_key(path)

    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_what_is_no_file_is_refused_at_once(make: type, path: Path) -> None:
    make(path)

    with pytest.raises(UnsafeFolder, match="not a regular file"):
        load_or_create_key(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_key_of_another_user_is_refused(path: Path) -> None:
    load_or_create_key(path)
    os.chown(path, FOREIGN_USER, FOREIGN_USER)

    with pytest.raises(UnsafeFolder, match=f"user {FOREIGN_USER}"):
        load_or_create_key(path)


@pytest.mark.parametrize(
    "text", [b"", b"\0" * 98, b"garbage", b"x" * 100_000, bytes(32)], ids=["empty", "zeros", "garbage", "huge", "raw"]
)
def test_a_file_that_is_no_key_is_damaged_and_left_alone(text: bytes, path: Path) -> None:
    path.write_bytes(text)
    path.chmod(0o600)

    with pytest.raises(CorruptData):
        load_or_create_key(path)

    assert path.read_bytes() == text


def test_a_key_cut_short_or_with_a_digit_changed_is_damaged(path: Path) -> None:
    load_or_create_key(path)
    whole = path.read_bytes()
    changed = [
        whole[:place] + (b"1" if whole[place : place + 1] == b"0" else b"0") + whole[place + 1 :]
        for place in range(len(whole))
    ]

    for text in [whole[:length] for length in range(len(whole))] + changed:
        path.write_bytes(text)
        with pytest.raises(CorruptData):
            load_key(path)


def test_no_error_tells_the_secret(path: Path) -> None:
    load_or_create_key(path)
    secret = path.read_bytes().split()[3]
    path.write_bytes(path.read_bytes()[:-2])

    with pytest.raises(CorruptData) as refused:
        load_key(path)

    assert secret.decode() not in str(refused.value)
