"""Checkpoints outside the database: a signed file each, a JSON twin, and the emergency JSON.

`checkpoints/recovery_<orchestrator>.<time>.pkl`: one JSON line (header, key, mac), then zstd(pickle({"state": JSON})).
The `.json` twin is one JSON object {header, state} without pickle; `emergency_*.json` has the same form.
`recovery_*.changes`: such a line, then as JSON what changed since the checkpoint that it builds on, its base.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from jarvis_ctx.checkpoint.contents import check, check_header, intact, state_of
from jarvis_ctx.checkpoint.forms import CHANGES_FORMAT, FORMAT, LIMIT, Line, Look, Twin, look_of, parse, read
from jarvis_ctx.clock import stamp
from jarvis_ctx.codec import compress, pickled, sign
from jarvis_ctx.codec.sealed import MAGIC, OPENING, Seals, opened
from jarvis_ctx.disk.files import private_folder, write_whole
from jarvis_ctx.disk.together import write_together
from jarvis_ctx.errors import (
    BaseUnusable,
    CorruptData,
    EncryptionKeyMissing,
    NotOurs,
    TooLarge,
    WrongEncryptionKey,
)
from jarvis_ctx.model.checkpoint import CheckpointHeader, Snapshot
from jarvis_ctx.model.state import State

PURPOSE = "checkpoint"
SIGNED, TWIN, CHANGES = ".pkl", ".json", ".changes"
EMERGENCIES_KEPT = 3
LEVEL = 1
"""Of zstd: a state's JSON repeats itself so much that more effort makes it no smaller, and a checkpoint slower."""

log = logging.getLogger("jarvis_ctx")


def json_files(store: Path) -> list[Path]:
    """The JSON twins and the emergency files of all orchestrators."""
    return [*(store / "checkpoints").glob(f"*{TWIN}"), *store.glob("emergency_*.json")]


def owner_of(path: Path) -> str:
    """The orchestrator that a checkpoint's file is named for, of any of the forms."""
    return path.name.partition("_")[2].partition(".")[0]


class CheckpointFiles:
    """The `checkpoints` folder and the emergency files of one orchestrator."""

    def __init__(self, store: Path, orchestrator: str, key: sign.Key | None, seals: Seals | None = None) -> None:
        """With `seals`, what the files hold is sealed, and plain files are refused."""
        self.store, self._folder = store, store / "checkpoints"
        self._orchestrator, self._key, self._seals = orchestrator, key, seals
        self._said: dict[Path, tuple[Look, CheckpointHeader | None]] = {}
        """What was read of each file that was listed last: each checkpoint is listed after each checkpoint."""

    def put(self, snapshot: Snapshot, packed: Callable[[], bytes] | None = None) -> None:
        """Write a whole one's two files, the twin named first, so that a signed file has its twin; or the changes.

        `packed` gives what `packed` has made of it already.
        """
        path, packed = self.path(snapshot.header), packed or (lambda: self.packed(snapshot))
        private_folder(self._folder)
        if path.suffix == CHANGES:
            write_whole(path, *self._signed_parts(CHANGES_FORMAT, snapshot.header, packed()))
            return
        write_together(
            (path.with_suffix(TWIN), lambda: self._twin(snapshot)),
            (path, lambda: self._signed_parts(FORMAT, snapshot.header, packed())),
        )

    def packed(self, snapshot: Snapshot) -> bytes:
        """What its signed file holds behind the first line."""
        if snapshot.header.base:
            return self._sealed_json(snapshot)
        data = compress.compress(*pickled.parts({"state": snapshot.state}), level=LEVEL)
        if self._seals is None:
            return data
        return self._seals.seal(data, PURPOSE, place=msgspec.json.encode(snapshot.header))

    def _signed_parts(self, form: str, header: CheckpointHeader, data: bytes) -> tuple[bytes, bytes, bytes]:
        if self._key is None:
            raise CorruptData(what=str(self.store / "secret.key"), reason="there is no key to sign checkpoints with")
        mac = sign.mac(self._key, PURPOSE, msgspec.json.encode(header), data)
        line = Line(format=form, header=header, key=self._key.id, mac=mac)
        return msgspec.json.encode(line), b"\n", data

    def put_emergency(self, snapshot: Snapshot) -> Path:
        """The whole state as readable JSON, for as long as the database cannot be used."""
        path = self.store / f"emergency_{self._orchestrator}.{stamp(snapshot.header.taken)}.json"
        write_whole(path, *self._twin(snapshot))
        for old in self.emergencies()[EMERGENCIES_KEPT:]:
            old.unlink(missing_ok=True)
        return path

    def signed(self) -> list[Path]:
        """The signed files of whole checkpoints, newest first."""
        return self._named(SIGNED)

    def twins(self) -> list[Path]:
        """The JSON twins, newest first."""
        return self._named(TWIN)

    def changes(self) -> list[Path]:
        """The files of changes, newest first; they are signed, and can be read without the key as twins can."""
        return self._named(CHANGES)

    def _named(self, suffix: str) -> list[Path]:
        return sorted(self._folder.glob(f"recovery_{self._orchestrator}.*{suffix}"), reverse=True)

    def emergencies(self) -> list[Path]:
        """The emergency files, newest first."""
        return sorted(self.store.glob(f"emergency_{self._orchestrator}.*.json"), reverse=True)

    def headers(self) -> Iterator[tuple[Path, CheckpointHeader]]:
        """Each checkpoint's file and what it says of itself, newest first; the contents are not looked at.

        The file is the signed one, or its twin, where a kill or damage has left that alone or the signed one's first
        line has rotted.
        """
        alike: dict[str, list[Path]] = {}
        for path in (*self.signed(), *self.changes(), *self.twins()):
            alike.setdefault(path.stem, []).append(path)
        known, said = self._said, dict[Path, tuple[Look, CheckpointHeader | None]]()
        self._said = said
        for _, paths in sorted(alike.items(), reverse=True):
            for path in paths:
                look = look_of(path)
                before, header = known.get(path, (None, None))
                said[path] = look, header if before == look else self.header(path)
                if (found := said[path][1]) is not None:
                    yield path, found
                    break

    def header(self, path: Path) -> CheckpointHeader | None:
        """What a signed file's first line or a JSON file says of it; None when it cannot be read or has rotted.

        It is held against its own seal, which any hand could make: enough to list, rank and thin by.
        """
        try:
            if path.suffix == TWIN:
                return intact(parse(read(path), Twin, path).header)
            with path.open("rb") as file:
                form = CHANGES_FORMAT if path.suffix == CHANGES else FORMAT
                return intact(parse(file.readline(1_048_576), Line, path, form).header)
        except (CorruptData, OSError):
            return None

    def delete(self, path: Path) -> None:
        """Forget a checkpoint and its twin; the signed file goes first."""
        path.unlink(missing_ok=True)
        if path.suffix == SIGNED:
            path.with_suffix(TWIN).unlink(missing_ok=True)

    def verified(self, path: Path) -> CheckpointHeader:
        """The header of a signed file whose signature and contents verify; the base of changes has to by itself.

        Raises `CorruptData` or `NotOurs`.
        """
        return self.alone(path).header

    def covered(
        self, verify: Callable[[Path], CheckpointHeader] | None = None, *, apart: bool = False
    ) -> dict[str, int]:
        """The position that two signed files cover which verify; nothing while there are not two.

        `verify` stands in for `verified`, and knows some already. With `apart` the two have no base in common.
        """
        verify, verified = verify or self.verified, dict[str, CheckpointHeader]()
        for path in sorted((*self.signed(), *self.changes()), key=lambda path: path.stem, reverse=True):
            try:
                header = verify(path)
                if header.base:
                    verify(self._base_path(header))
                verified.setdefault(header.base or header.id if apart else header.id, header)
            except (CorruptData, NotOurs, WrongEncryptionKey) as error:
                log.warning("%s", error)
            if len(verified) == 2:
                newest, older = verified.values()
                return {w: min(n, older.position.get(w, 0)) for w, n in newest.position.items()}
        return {}

    def alone(self, path: Path, *, signed: bool = True) -> Snapshot:
        """A file's checkpoint without its base, once its own contents verify. Raises `CorruptData` or `NotOurs`."""
        header, data = self._contents(path, signed)
        check(data, header.hash, str(path))
        return Snapshot(header=header, state=data)

    def snapshot(self, path: Path, *, signed: bool = True) -> Snapshot:
        """A file's checkpoint, once its own contents verify, with the base it names.

        `signed=False`: changes and their base's twin are read without looking at a signature. Raises `CorruptData`,
        `BaseUnusable` when the base cannot be read, `NotOurs`.
        """
        found = self.alone(path, signed=signed)
        header = found.header
        if not header.base:
            return found
        check_header(header, str(path))
        base = self._base_path(header) if signed else self._base_path(header).with_suffix(TWIN)
        try:
            return replace(found, base=self.alone(base, signed=signed))
        except (CorruptData, NotOurs) as error:
            raise BaseUnusable(what=str(path), base=base.name, reason=str(error).rstrip(".")) from error

    def put_twin(self, path: Path, snapshot: Snapshot) -> None:
        """Write a JSON file anew."""
        write_whole(path, *self._twin(snapshot))

    def load(self, path: Path, *, signed: bool = True) -> tuple[CheckpointHeader, State]:
        """Verify and read a file, whatever it holds. Raises as `snapshot`."""
        found = self.snapshot(path, signed=signed)
        if found.header.orchestrator != self._orchestrator:
            raise CorruptData(what=str(path), reason=f"it belongs to {found.header.orchestrator!r}")
        return found.header, state_of(found, str(path))

    def _contents(self, path: Path, signed: bool) -> tuple[CheckpointHeader, bytes]:
        if path.suffix == SIGNED:
            return self._signed_contents(path)
        if path.suffix == CHANGES:
            return self._signed_changes(path) if signed else self._changes(path)
        return self._json_contents(path)

    def _line(self, path: Path, form: str) -> tuple[Line, bytes]:
        text, _, data = read(path).partition(b"\n")
        return parse(text, Line, path, form), data

    def _signed(self, path: Path, form: str) -> tuple[CheckpointHeader, bytes]:
        line, data = self._line(path, form)
        if self._key is None or line.key != self._key.id:
            raise NotOurs(what=str(path), reason="it is signed with another key than this store's")
        if not sign.verify(self._key, PURPOSE, msgspec.json.encode(line.header), data, line.mac):
            raise NotOurs(what=str(path), reason="its signature does not verify")
        return line.header, data

    def _signed_changes(self, path: Path) -> tuple[CheckpointHeader, bytes]:
        header, data = self._signed(path, CHANGES_FORMAT)
        return header, self._opened_json(path, header, data)

    def _changes(self, path: Path) -> tuple[CheckpointHeader, bytes]:
        line, data = self._line(path, CHANGES_FORMAT)
        return line.header, self._opened_json(path, line.header, data)

    def _signed_contents(self, path: Path) -> tuple[CheckpointHeader, bytes]:
        header, data = self._signed(path, FORMAT)
        try:
            if self._seals is not None:
                data = self._seals.open(data, str(path), PURPOSE, place=msgspec.json.encode(header))
            elif data.startswith(MAGIC):
                raise EncryptionKeyMissing(path=str(path))
            loaded: Any = pickled.loads(compress.decompress(data, LIMIT))
        except TooLarge as error:
            raise CorruptData(what=str(path), reason=str(error)) from error
        if type(loaded) is not dict or type(loaded.get("state")) is not bytes:
            raise CorruptData(what=str(path), reason="it holds no state")
        return header, loaded["state"]

    def _json_contents(self, path: Path) -> tuple[CheckpointHeader, bytes]:
        twin = parse(read(path), Twin, path)
        return twin.header, self._opened_json(path, twin.header, bytes(twin.state))

    def _opened_json(self, path: Path, header: CheckpointHeader, state: bytes) -> bytes:
        if self._seals is not None:
            return opened(self._seals, state, str(path), PURPOSE, msgspec.json.encode(header))
        if state.startswith(OPENING):
            raise EncryptionKeyMissing(path=str(path))
        return state

    def _twin(self, snapshot: Snapshot) -> tuple[bytes, bytes, bytes]:
        """The text in three parts: putting them together would copy the whole state once more."""
        around = msgspec.json.encode(Twin(format=FORMAT, header=snapshot.header, state=msgspec.Raw(b"")))
        return around[:-1], self._sealed_json(snapshot), around[-1:]

    def _sealed_json(self, snapshot: Snapshot) -> bytes:
        if self._seals is None:
            return snapshot.state
        return self._seals.seal_json(snapshot.state, PURPOSE, place=msgspec.json.encode(snapshot.header))

    def path(self, header: CheckpointHeader) -> Path:
        """Where the signed file of a checkpoint lies."""
        suffix = CHANGES if header.base else SIGNED
        return self._folder / f"recovery_{self._orchestrator}.{stamp(header.taken)}{suffix}"

    def _base_path(self, header: CheckpointHeader) -> Path:
        """Where the signed file of the base lies: its id ends with its time."""
        taken = int(header.base.rpartition("@")[2])
        return self._folder / f"recovery_{self._orchestrator}.{stamp(taken)}{SIGNED}"
