"""Who asks an API that is measured: plain sockets, so that the asker costs little beside the asked."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.rounds import Sample

PATIENCE = 30.0


def request(path: str, token: str, *, lasting: bool = False) -> bytes:
    """The bytes of a GET; `lasting` keeps the connection."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    return "\r\n".join([*lines, f"Connection: {'keep-alive' if lasting else 'close'}", "", ""]).encode()


def once(port: int, asked: bytes) -> bytes:
    """One request on a connection of its own; the answer, without waiting for the server to close, which takes it 10 ms
    after each. Raises `RuntimeError` when it is none."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(asked)
        return _answer(connection, b"")[0]


def apart(port: int, asked: bytes, count: int) -> list[Sample]:
    """Microseconds that each of `count` requests took, one after the other, each on a connection of its own."""
    samples = []
    for _ in range(count):
        began = time.perf_counter_ns()
        once(port, asked)
        samples.append((time.perf_counter_ns() - began) / 1000)
    return samples


def together(port: int, asked: bytes, connections: int, seconds: float) -> float:
    """Answers a second, over connections that stay open, all at the same time."""
    counts, until = [0] * connections, time.monotonic() + seconds
    threads = [threading.Thread(target=_steadily, args=(port, asked, until, counts, n)) for n in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


@contextmanager
def load(port: int, asked: bytes, connections: int) -> Iterator[None]:
    """So many that ask without a pause, each request on a connection of its own, until the end of the block."""
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            once(port, asked)

    threads = [threading.Thread(target=ask) for _ in range(connections)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _steadily(port: int, asked: bytes, until: float, counts: list[int], mine: int) -> None:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        rest = b""
        while time.monotonic() < until:
            connection.sendall(asked)
            _, rest = _answer(connection, rest)
            counts[mine] += 1


def _answer(connection: socket.socket, read: bytes) -> tuple[bytes, bytes]:
    """Reads one answer by its length, after what was read of it already; and what came behind it."""
    while (end := read.find(b"\r\n\r\n")) < 0:
        read += _more(connection)
    head = _good(read[:end])
    size = end + 4 + int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(read) < size:
        read += _more(connection)
    return read[:size], read[size:]


def _more(connection: socket.socket) -> bytes:
    if part := connection.recv(1 << 20):
        return part
    raise RuntimeError("The measured server closed the connection amid an answer")


def _good(answer: bytes) -> bytes:
    if not answer.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")):
        raise RuntimeError(f"The measured server answered {answer[:200]!r}")
    return answer
