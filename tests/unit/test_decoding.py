"""Decoding into declared types from several threads, in a process of its own: what goes wrong ends it by SIGSEGV."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable

import msgspec
import pytest

from jarvis_ctx import decoding

SLOW = """
import os, threading
import msgspec
from jarvis_ctx import decoding
from jarvis_ctx.errors import DecodingInterrupted

begun, meanwhile = threading.Event(), []

def worked_out():
    begun.set()
    for thread in meanwhile:
        thread.join(0.5)
    return int

class Inner(msgspec.Struct):
    number: "worked_out()"

class Slow(msgspec.Struct):
    inner: Inner

def read():
    number = decoding.decode(b'{"inner":{"number":7}}', Slow).inner.number
    os.write(1, b"%d " % number)
"""
TWO = """
def another():
    begun.wait()
    read()

meanwhile.append(threading.Thread(target=another))
meanwhile[0].start()
read()
meanwhile[0].join()
"""
FORKED = """
meanwhile.append(threading.Thread(target=threading.Event().wait, args=(0.5,)))
meanwhile[0].start()
thread = threading.Thread(target=read)
thread.start()
begun.wait()
child = os.fork()
read()
if child:
    thread.join()
    assert os.waitpid(child, 0)[1] == 0
"""

AGAIN = """
class Handler:
    def join(self, patience):
        try:
            read()
        except DecodingInterrupted:
            os.write(1, b"refused ")

meanwhile.append(Handler())
read()
"""


def run(program: str) -> tuple[int, list[str]]:
    """How it ends, and what was decoded."""
    done = subprocess.run([sys.executable, "-c", SLOW + program], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout.split()


def test_a_type_is_decoded_into_while_another_thread_works_it_out() -> None:
    assert run(TWO) == (0, ["7", "7"])


def test_a_child_that_is_forked_while_a_type_is_worked_out_decodes_into_it() -> None:
    assert run(FORKED) == (0, ["7", "7", "7"])


def test_what_interrupts_the_working_out_of_a_type_in_its_own_thread_is_refused_and_harms_nothing() -> None:
    assert run(AGAIN) == (0, ["refused", "7"])


@pytest.mark.parametrize("kind", [int, list[int], dict[str, int | None]])
@pytest.mark.parametrize(
    "decode",
    [
        lambda kind: decoding.decode(b'"word"', kind),
        lambda kind: decoding.decoder(kind)(b'"word"'),
        lambda kind: decoding.unpacker(kind)(msgspec.msgpack.encode("word")),
        lambda kind: decoding.convert("word", kind),
    ],
)
def test_what_is_of_another_type_is_refused_however_it_is_decoded(
    decode: Callable[[object], object], kind: object
) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(kind)


def test_a_word_is_a_number_only_where_that_is_asked_for() -> None:
    assert decoding.convert("7", int, strict=False) == 7
    with pytest.raises(msgspec.ValidationError):
        decoding.convert("7", int)


def test_what_cannot_be_decoded_into_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(TypeError):
            decoding.decoder(threading.Thread | threading.Event)
