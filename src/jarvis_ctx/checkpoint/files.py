"""Checkpoints outside the database: a signed file each, a JSON twin, and the emergency JSON.

`checkpoints/recovery_<orchestrator>.<time>.pkl`: one JSON line (header, key, mac), then zstd(pickle({"state": JSON})).
The `.json` twin is one JSON object {header, state} without pickle; `emergency_*.json` has the same form.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from jarvis_ctx.checkpoint.contents import check, state_of
from jarvis_ctx.clock import stamp
from jarvis_ctx.codec import compress, pickled, sign
from jarvis_ctx.codec.sealed import MAGIC, OPENING, Seals, opened
from jarvis_ctx.disk.files import private_folder, write_whole
from jarvis_ctx.errors import CorruptData, EncryptionKeyMissing, NotOurs, OtherVersion, TooLarge, WrongEncryptionKey
from jarvis_ctx.model.checkpoint import CheckpointHeader, Snapshot
from jarvis_ctx.model.state import State

FORMAT = "jarvis-ctx checkpoint 1"
PURPOSE = "checkpoint"
LIMIT = 1024 * 1024 * 1024
"""Bytes a checkpoint may unpack to."""
EMERGENCIES_KEPT = 3

log = logging.getLogger("jarvis_ctx")

T = TypeVar("T", "Line", "Twin")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of a signed checkpoint file."""

    format: str
    header: CheckpointHeader
    key: str
    mac: str


class Twin(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint as plain JSON."""

    format: str
    header: CheckpointHeader
    state: msgspec.Raw


class CheckpointFiles:
    """The `checkpoints` folder and the emergency files of one orchestrator."""

    def __init__(self, store: Path, orchestrator: str, key: sign.Key | None, seals: Seals | None = None) -> None:
        """With `seals`, what the files hold is sealed, and plain files are refused."""
        self._store, self._folder = store, store / "checkpoints"
        self._orchestrator, self._key, self._seals = orchestrator, key, seals

    def put(self, snapshot: Snapshot) -> None:
        """Write both files, the twin first, so that a signed file always has its twin."""
        if self._key is None:
            raise CorruptData(what=str(self._store / "secret.key"), reason="there is no key to sign checkpoints with")
        path = self.path(snapshot.header)
        private_folder(self._folder)
        write_whole(path.with_suffix(".json"), *self._twin(snapshot))
        data = compress.compress(*pickled.parts({"state": snapshot.state}))
        if self._seals is not None:
            data = self._seals.seal(data, PURPOSE, place=msgspec.json.encode(snapshot.header))
        mac = sign.mac(self._key, PURPOSE, msgspec.json.encode(snapshot.header), data)
        line = Line(format=FORMAT, header=snapshot.header, key=self._key.id, mac=mac)
        write_whole(path, msgspec.json.encode(line), b"\n", data)

    def put_emergency(self, snapshot: Snapshot) -> Path:
        """The whole state as readable JSON, for as long as the database cannot be used."""
        path = self._store / f"emergency_{self._orchestrator}.{stamp(snapshot.header.taken)}.json"
        write_whole(path, *self._twin(snapshot))
        for old in self.emergencies()[EMERGENCIES_KEPT:]:
            old.unlink(missing_ok=True)
        return path

    def signed(self) -> list[Path]:
        """The signed files, newest first."""
        return sorted(self._folder.glob(f"recovery_{self._orchestrator}.*.pkl"), reverse=True)

    def twins(self) -> list[Path]:
        """The JSON twins, newest first."""
        return sorted(self._folder.glob(f"recovery_{self._orchestrator}.*.json"), reverse=True)

    def emergencies(self) -> list[Path]:
        """The emergency files, newest first."""
        return sorted(self._store.glob(f"emergency_{self._orchestrator}.*.json"), reverse=True)

    def headers(self) -> Iterator[tuple[Path, CheckpointHeader]]:
        """Each checkpoint's file and what it says of itself, newest first; unverified, for listing and thinning only.

        The file is the signed one, or a twin that a kill or damage has left alone.
        """
        signed = {path.stem: path for path in self.signed()}
        alone = {path.stem: path for path in self.twins() if path.stem not in signed}
        for _, path in sorted((signed | alone).items(), reverse=True):
            header = self.header(path)
            if header is not None:
                yield path, header

    def header(self, path: Path) -> CheckpointHeader | None:
        """What a signed file's first line or a JSON file says of it, unverified; None when it cannot be read."""
        try:
            if path.suffix == ".json":
                return _parse(_read(path), Twin, path).header
            with path.open("rb") as file:
                return _parse(file.readline(1_048_576), Line, path).header
        except (CorruptData, OSError):
            return None

    def delete(self, path: Path) -> None:
        """Forget a checkpoint and its twin; the signed file goes first."""
        path.unlink(missing_ok=True)
        path.with_suffix(".json").unlink(missing_ok=True)

    def verified(self, path: Path) -> CheckpointHeader:
        """The header of a signed file whose signature and contents verify. Raises `CorruptData` or `NotOurs`."""
        header, data = self._signed_contents(path)
        check(data, header.hash, str(path))
        return header

    def covered(self, verify: Callable[[Path], CheckpointHeader] | None = None) -> dict[str, int]:
        """The position that two signed files cover which verify; nothing while there are not two.

        `verify` stands in for `verified`, and knows some already.
        """
        verified: list[CheckpointHeader] = []
        for path in self.signed():
            try:
                verified.append((verify or self.verified)(path))
            except (CorruptData, NotOurs, WrongEncryptionKey) as error:
                log.warning("%s", error)
            if len(verified) == 2:
                return {w: min(n, verified[1].position.get(w, 0)) for w, n in verified[0].position.items()}
        return {}

    def snapshot(self, path: Path) -> Snapshot:
        """A signed file whole, once its signature and contents verify. Raises `CorruptData` or `NotOurs`."""
        header, data = self._signed_contents(path)
        check(data, header.hash, str(path))
        return Snapshot(header=header, state=data)

    def twin(self, path: Path) -> Snapshot:
        """A JSON file whole, once its contents verify. Raises `CorruptData`."""
        header, data = self._json_contents(path)
        check(data, header.hash, str(path))
        return Snapshot(header=header, state=data)

    def put_twin(self, path: Path, snapshot: Snapshot) -> None:
        """Write a JSON file anew."""
        write_whole(path, *self._twin(snapshot))

    def load(self, path: Path) -> tuple[CheckpointHeader, State]:
        """Verify and read a signed file or a JSON one. Raises `CorruptData` or `NotOurs`, whatever it holds."""
        header, data = self._signed_contents(path) if path.suffix == ".pkl" else self._json_contents(path)
        if header.orchestrator != self._orchestrator:
            raise CorruptData(what=str(path), reason=f"it belongs to {header.orchestrator!r}")
        return header, state_of(header, data, str(path))

    def _signed_contents(self, path: Path) -> tuple[CheckpointHeader, bytes]:
        text, _, data = _read(path).partition(b"\n")
        line = _parse(text, Line, path)
        if self._key is None or line.key != self._key.id:
            raise NotOurs(what=str(path), reason="it is signed with another key than this store's")
        if not sign.verify(self._key, PURPOSE, msgspec.json.encode(line.header), data, line.mac):
            raise NotOurs(what=str(path), reason="its signature does not verify")
        try:
            if self._seals is not None:
                data = self._seals.open(data, str(path), PURPOSE, place=msgspec.json.encode(line.header))
            elif data.startswith(MAGIC):
                raise EncryptionKeyMissing(path=str(path))
            loaded: Any = pickled.loads(compress.decompress(data, LIMIT))
        except TooLarge as error:
            raise CorruptData(what=str(path), reason=str(error)) from error
        if type(loaded) is not dict or type(loaded.get("state")) is not bytes:
            raise CorruptData(what=str(path), reason="it holds no state")
        return line.header, loaded["state"]

    def _json_contents(self, path: Path) -> tuple[CheckpointHeader, bytes]:
        twin = _parse(_read(path), Twin, path)
        state = bytes(twin.state)
        if self._seals is not None:
            return twin.header, opened(self._seals, state, str(path), PURPOSE, msgspec.json.encode(twin.header))
        if state.startswith(OPENING):
            raise EncryptionKeyMissing(path=str(path))
        return twin.header, state

    def _twin(self, snapshot: Snapshot) -> tuple[bytes, bytes, bytes]:
        """The text in three parts: putting them together would copy the whole state once more."""
        state = snapshot.state
        if self._seals is not None:
            state = self._seals.seal_json(state, PURPOSE, place=msgspec.json.encode(snapshot.header))
        around = msgspec.json.encode(Twin(format=FORMAT, header=snapshot.header, state=msgspec.Raw(b"")))
        return around[:-1], state, around[-1:]

    def path(self, header: CheckpointHeader) -> Path:
        """Where the signed file of a checkpoint lies."""
        return self._folder / f"recovery_{self._orchestrator}.{stamp(header.taken)}.pkl"


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LIMIT:
            raise CorruptData(what=str(path), reason=f"it is larger than {LIMIT} bytes")
        return path.read_bytes()
    except OSError as error:
        raise CorruptData(what=str(path), reason=error.strerror or str(error)) from error


def _parse(text: bytes, cls: type[T], path: Path) -> T:
    try:
        parsed = msgspec.json.decode(text, type=cls)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CorruptData(what=str(path), reason=str(error)) from error
    if parsed.format != FORMAT:
        raise OtherVersion(what=str(path), reason=f"its format is {parsed.format!r}, this is {FORMAT!r}")
    return parsed
