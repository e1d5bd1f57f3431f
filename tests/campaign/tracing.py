"""What a program asks of the system about the files of one folder, recorded with strace, as operations on them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

CALLS = (
    "open,openat,creat,close,write,pwrite64,writev,pwritev,pwritev2,lseek,ftruncate,truncate,fallocate,fsync,fdatasync,"
    "sync_file_range,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,sendfile,copy_file_range"
)
STRACE = ("strace", "-f", "-qq", "-xx", "-s", "4000000", "-e", f"trace={CALLS}", "-e", "signal=none")
"""Records whole arguments, text as hexadecimal digits; `-o FILE COMMAND` follows."""

CALL = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+)", re.DOTALL)
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
When: TypeAlias = dict[str, Any]
"""Where in the record something `begun` and `ended`."""
UNFINISHED, RESUMED = " <unfinished ...>", re.compile(r"^<\.\.\. \w+ resumed>")


class Op(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was asked for at line `begun` of the record, and answered at line `ended`; never is infinite."""

    begun: int
    ended: float


class Write(Op, frozen=True, kw_only=True):
    """`data` at `offset` of a file; files are numbered, since their names come and go."""

    file: int
    offset: int
    data: bytes


class Resize(Op, frozen=True, kw_only=True):
    """A file gets a size; with `grow`, at least that one."""

    file: int
    size: int
    grow: bool = False


class Names(Op, frozen=True, kw_only=True):
    """Names {path in the folder: file} that appear, or with None go, together. A folder's file is 0."""

    names: dict[str, int | None]


class SyncFile(Op, frozen=True, kw_only=True):
    file: int


class SyncFolder(Op, frozen=True, kw_only=True):
    folder: str


class Said(Op, frozen=True, kw_only=True):
    """A line of the acknowledgements; `token` is a number where a sync is noted."""

    what: str
    token: str


class Trace(msgspec.Struct, kw_only=True):
    """A folder as it was, and everything that was done to it, in the order in which it began."""

    names: dict[str, int] = {}
    contents: dict[int, bytes] = {}
    ops: list[Op] = []
    lines: int = 0


def read(log: Path, root: Path, acks: Path, before: Path | None = None) -> Trace:
    """The operations below `root` in a record of strace's. `before` is a copy of `root` as it was at the beginning.

    Raises `ValueError` for a call that changes files in a way this does not know.
    """
    reader = _Reader(str(root), str(acks))
    if before is not None:
        reader.begin_with(before)
    for begun, ended, text in calls(log):
        reader.take(begun, ended, text)
    reader.trace.ops.sort(key=lambda op: op.begun)
    return reader.trace


def calls(log: Path) -> Iterator[tuple[int, float, str]]:
    """Each call in a record of strace's, with the lines of its beginning and end; those that never returned last.

    A close counts as done when it begins: from then on the system gives the descriptor to whoever opens a file.
    """
    waiting: dict[str, tuple[int, str]] = {}
    with log.open(encoding="ascii") as lines:
        for number, line in enumerate(lines):
            thread, _, text = line.rstrip("\n").partition(" ")
            text = text.lstrip()
            if text.endswith(UNFINISHED) and text.startswith("close("):
                yield number, number, text.replace(UNFINISHED, ") = 0")
            elif text.endswith(UNFINISHED):
                waiting[thread] = number, text.removesuffix(UNFINISHED)
            elif RESUMED.match(text) and thread in waiting:
                begun, start = waiting.pop(thread)
                yield begun, number, start + RESUMED.sub("", text)
            elif not text.startswith(("+++", "---", "<...")):
                yield number, number, text
    for begun, start in waiting.values():
        # What it would have answered nobody knows; of a write, all of it is taken to be under way.
        yield begun, inf, f"{start}) = 4000000"


class _Reader:
    """Keeps the open files and the names of the moment, so that each call is known by the file it is about."""

    def __init__(self, root: str, acks: str) -> None:
        self._root, self._acks = root, acks
        self.trace = Trace(names={"": 0})
        self._names: dict[str, int] = {"": 0}
        self._open: dict[int, tuple[str, int]] = {}
        """Descriptor: path and file; -1 is the acknowledgements."""
        self._offsets: dict[int, int] = {}
        self._files = 0

    def begin_with(self, before: Path) -> None:
        for path in sorted(before.rglob("*")):
            name = str(path.relative_to(before))
            self._names[name] = 0 if path.is_dir() else self._new(path.read_bytes())
        self.trace.names = dict(self._names)

    def _new(self, content: bytes = b"") -> int:
        self._files += 1
        self.trace.contents[self._files] = content
        return self._files

    def take(self, begun: int, ended: float, text: str) -> None:
        """One call, whole."""
        found = CALL.match(text)
        if found is None or int(found[3]) < 0:
            return
        texts = [bytes.fromhex(hexed.replace("\\x", "")) for hexed in TEXT.findall(found[2])]
        numbers = [part.strip() for part in TEXT.sub('""', found[2]).split(",")]
        known = getattr(self, f"_{found[1]}", None)
        when = {"begun": begun, "ended": ended}
        if known is not None:
            known(when, numbers, texts, int(found[3]))
        elif (numbers[0].isdigit() and int(numbers[0]) in self._open) or self._concerns(texts):
            raise ValueError(f"{found[1]} changes files in a way that is not followed")

    def _concerns(self, texts: list[bytes]) -> bool:
        return any(self._inside(os.fsdecode(text)) is not None for text in texts)

    def _inside(self, path: str) -> str | None:
        """The path in the folder; None outside."""
        if path == self._root:
            return ""
        return path.removeprefix(f"{self._root}/") if path.startswith(f"{self._root}/") else None

    def _add(self, op: Op) -> None:
        self.trace.ops.append(op)

    def _openat(self, when: When, numbers: list[str], texts: list[bytes], result: int) -> None:
        path = os.fsdecode(texts[0])
        self._open.pop(result, None)
        self._offsets[result] = 0
        if path == self._acks:
            self._open[result] = path, -1
        elif (inside := self._inside(path)) is not None:
            if inside not in self._names:
                self._name(when, {inside: self._new()})
            self._open[result] = inside, self._names[inside]
            if "O_TRUNC" in numbers[2]:
                self._add(Resize(**when, file=self._names[inside], size=0))

    def _open_(self, when: When, numbers: list[str], texts: list[bytes], result: int) -> None:
        self._openat(when, ["AT_FDCWD", *numbers], texts, result)

    def _close(self, when: When, numbers: list[str], texts: list[bytes], result: int) -> None:
        self._open.pop(int(numbers[0]), None)

    def _write(self, when: When, numbers: list[str], texts: list[bytes], result: int) -> None:
        descriptor = int(numbers[0])
        if descriptor in self._open:
            offset = self._offsets[descriptor]
            self._offsets[descriptor] = offset + result
            self._wrote(when, descriptor, offset, texts[0][:result])

    def _pwrite64(self, when: When, numbers: list[str], texts: list[bytes], result: int) -> None:
        if int(numbers[0]) in self._open:
            self._wrote(when, int(numbers[0]), int(numbers[3]), texts[0][:result])

    def _wrote(self, when: When, descriptor: int, offset: int, data: bytes) -> None:
        _, file = self._open[descriptor]
        if file >= 0:
            self._add(Write(**when, file=file, offset=offset, data=data))
            return
        what, token, *_ = data.decode("ascii").split()
        self._add(Said(**when, what=what, token=token))

    def _lseek(self, when: When, numbers: list[str], texts: list[bytes], result: int) -> None:
        self._offsets[int(numbers[0])] = result

    def _ftruncate(self, when: When, numbers: list[str], texts: list[bytes], result: int) -> None:
        if int(numbers[0]) in self._open:
            self._add(Resize(**when, file=self._open[int(numbers[0])][1], size=int(numbers[1])))

    def _fallocate(self, when: When, numbers: list[str], texts: list[bytes], result: int) -> None:
        if int(numbers[0]) in self._open:
            size = int(numbers[2]) + int(numbers[3])
            self._add(Resize(**when, file=self._open[int(numbers[0])][1], size=size, grow=True))

    def _fsync(self, when: When, numbers: list[str], texts: list[bytes], result: int) -> None:
        if int(numbers[0]) in self._open:
            path, file = self._open[int(numbers[0])]
            self._add(SyncFile(**when, file=file) if file else SyncFolder(**when, folder=path))

    _fdatasync = _fsync

    def _rename(self, when: When, numbers: list[str], texts: list[bytes], result: int) -> None:
        source, target = (self._inside(os.fsdecode(text)) for text in texts)
        if source is not None and target is not None:
            self._name(when, {source: None, target: self._names[source]})

    def _link(self, when: When, numbers: list[str], texts: list[bytes], result: int) -> None:
        source, target = (self._inside(os.fsdecode(text)) for text in texts)
        if source is not None and target is not None:
            self._name(when, {target: self._names[source]})

    def _unlink(self, when: When, numbers: list[str], texts: list[bytes], result: int) -> None:
        path = self._inside(os.fsdecode(texts[0]))
        if path is not None:
            self._name(when, {path: None})

    def _mkdir(self, when: When, numbers: list[str], texts: list[bytes], result: int) -> None:
        path = self._inside(os.fsdecode(texts[0]))
        if path:
            self._name(when, {path: 0})

    _renameat, _renameat2, _linkat, _unlinkat, _mkdirat = _rename, _rename, _link, _unlink, _mkdir

    def _name(self, when: When, names: dict[str, int | None]) -> None:
        self._add(Names(**when, names=names))
        for path, file in names.items():
            if file is None:
                self._names.pop(path, None)
            else:
                self._names[path] = file
