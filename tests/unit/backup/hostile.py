"""Backups that somebody has prepared."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import zstandard

from jarvis_ctx.backup.manifest import Manifest, Member, encode

NAME = "journal/values/" + "a" * 64
DATA = b"data"


def member(name: str, data: bytes = DATA) -> Member:
    return Member(path=name, bytes=len(data), sha256=hashlib.sha256(data).hexdigest())


def manifest(*members: Member) -> bytes:
    return encode(Manifest(id="0" * 16, created="2026-11-21", folder="/", host="h", files=list(members)))


def plain(name: str, data: bytes, **changed: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in changed.items():
        setattr(info, field, value)
    return info, data


def packed(path: Path, *entries: tuple[tarfile.TarInfo, bytes], tail: bytes = b"") -> Path:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data))
    end = raw.getvalue().rstrip(b"\0")
    whole = end + bytes(-len(end) % 512 + 1024)
    path.write_bytes(zstandard.ZstdCompressor().compress(whole + tail))
    return path


def linked(path: Path, kind: bytes) -> Path:
    link = tarfile.TarInfo(NAME)
    link.type, link.linkname = kind, "/etc/passwd"
    return packed(path, plain("manifest.json", manifest(member(NAME, b""))), (link, b""))


def named(path: Path, name: str) -> Path:
    return packed(path, plain("manifest.json", manifest(member(name))), plain(name, DATA))


NAMES = [
    "/etc/cron.d/evil",
    "../evil",
    "journal/../../evil.json",
    "journal/values/../../../evil",
    "journal\\values",
    "run-jarvis.lock",
    "journal/marks.lock",
    "jarvis_context.db-wal",
    "CON",
    ".hidden.json",
    "a\0b.json",
    "ä.json",
    "%2e%2e/evil.json",
    "evil/manifest.json",
    "manifest.json",
    "encryption.key",
    "",
]

ARCHIVES: dict[str, Callable[[Path], Path]] = {
    "a symbolic link": lambda path: linked(path, tarfile.SYMTYPE),
    "a hard link": lambda path: linked(path, tarfile.LNKTYPE),
    "a device": lambda path: linked(path, tarfile.CHRTYPE),
    "a pipe": lambda path: linked(path, tarfile.FIFOTYPE),
    "a folder": lambda path: linked(path, tarfile.DIRTYPE),
    "an extended header": lambda path: linked(path, tarfile.XHDTYPE),
    "a long name": lambda path: linked(path, tarfile.GNUTYPE_LONGNAME),
    "no manifest": lambda path: packed(path, plain(NAME, DATA)),
    "no JSON": lambda path: packed(path, plain("manifest.json", b"{")),
    "another format": lambda path: packed(path, plain("manifest.json", manifest().replace(b"backup 1", b"backup 9"))),
    "a file too many": lambda path: packed(path, plain("manifest.json", manifest()), plain(NAME, DATA)),
    "a file twice": lambda path: packed(
        path, plain("manifest.json", manifest(member(NAME))), plain(NAME, DATA), plain(NAME, DATA)
    ),
    "a name twice": lambda path: packed(path, plain("manifest.json", manifest(member(NAME), member(NAME)))),
    "a file too few": lambda path: packed(path, plain("manifest.json", manifest(member(NAME)))),
    "other bytes": lambda path: packed(path, plain("manifest.json", manifest(member(NAME))), plain(NAME, b"DATA")),
    "another size": lambda path: packed(path, plain("manifest.json", manifest(member(NAME))), plain(NAME, b"data+")),
    "a tail": lambda path: packed(path, plain("manifest.json", manifest()), tail=b"x" * 512),
    "nothing": lambda path: packed(path),
}


def cut(path: Path) -> Path:
    """A whole archive without its last bytes."""
    whole = packed(path, plain("manifest.json", manifest(member(NAME))), plain(NAME, DATA))
    path.write_bytes(whole.read_bytes()[:-6])
    return path


def bomb(path: Path) -> Path:
    """An archive whose manifest is larger than any may be, of a few kilobytes."""
    info = tarfile.TarInfo("manifest.json")
    info.size = 2**40
    packer = zstandard.ZstdCompressor()
    path.write_bytes(packer.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(8 * 1024 * 1024)))
    return path


def vast(path: Path) -> Path:
    """An archive that says it holds more than any disk has room for."""
    huge = msgspec.structs.replace(member(NAME), bytes=2**60)
    return packed(path, plain("manifest.json", manifest(huge)))


def in_folder(path: Path, spoil: Callable[[Path], object]) -> Path:
    """A backup in a folder with one side file, which is then spoilt."""
    os.makedirs(path / "journal" / "values")
    (path / NAME).write_bytes(DATA)
    (path / "manifest.json").write_bytes(manifest(member(NAME)))
    spoil(path)
    return path
