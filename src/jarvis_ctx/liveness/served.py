"""`served-<port>.json`: where a server shows an orchestrator, for whoever wants to be led there."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.disk.files import write_whole
from jarvis_ctx.liveness import identity
from jarvis_ctx.model.run import ProcessIdentity

log = logging.getLogger("jarvis_ctx")

FORMAT = "jarvis-ctx served 1"
PREFIX = "served-"


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """A server's address, and the process whose end is the server's."""

    name: str
    url: str
    server: ProcessIdentity
    folder: str
    """Where it was written: what a copy of the store says is about another store."""
    format: str = FORMAT


class Note:
    """What one server writes down of itself, mode 0600; that it cannot be written harms nobody."""

    def __init__(self, folder: Path, name: str, url: str) -> None:
        """By the process that serves until its end."""
        self._path = folder / f"{PREFIX}{url.rpartition(':')[2]}.json"
        at = url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
        self._served = Served(name=name, url=at, server=identity.this_process(), folder=str(folder.resolve()))

    def put(self, name: str = "") -> None:
        """Write it, for another orchestrator where one is named, and remove what servers have left that were killed."""
        if name:
            self._served = msgspec.structs.replace(self._served, name=name)
        try:
            for path, found in _all(self._path.parent):
                if identity.is_alive(found.server) is False:
                    path.unlink(missing_ok=True)
            write_whole(self._path, msgspec.json.encode(self._served))
        except OSError as error:
            log.info("Where %s is served cannot be written down: %s", self._served.name, error)

    def drop(self) -> None:
        """Remove it; in a forked child nothing."""
        if os.getpid() == self._served.server.pid:
            try:
                self._path.unlink(missing_ok=True)
            except OSError as error:
                log.info("Where %s was served stays written down: %s", self._served.name, error)


def living(folder: Path, name: str) -> list[str]:
    """The addresses at which servers that live on this machine show the orchestrator, the latest first."""
    place = str(folder.resolve())
    found = [(path.stat().st_mtime_ns, one.url) for path, one in _all(folder) if _shows(one, place, name)]
    return [url for _, url in sorted(found, reverse=True)]


def is_at(folder: Path, port: int) -> bool:
    """Whether a server that lives on this machine shows an orchestrator of the store at that port."""
    place = str(folder.resolve())
    return any(one.url.endswith(f":{port}") and _shows(one, place, one.name) for _, one in _all(folder))


def _shows(one: Served, place: str, name: str) -> bool:
    return (one.folder, one.name) == (place, name) and identity.is_alive(one.server) is True


def _all(folder: Path) -> list[tuple[Path, Served]]:
    found = []
    for path in folder.glob(f"{PREFIX}*.json"):
        try:
            found.append((path, decoding.decode(path.read_bytes(), Served)))
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            continue
    return found
