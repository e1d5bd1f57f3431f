"""Takes a backup of a store, live or dead, without asking its owner, and puts one back."""

from __future__ import annotations

import os
from contextlib import ExitStack
from os import PathLike
from pathlib import Path

import msgspec

from jarvis_ctx import __version__
from jarvis_ctx.backup import restoring
from jarvis_ctx.backup.manifest import Manifest
from jarvis_ctx.backup.packing import SUFFIX, pack
from jarvis_ctx.backup.ports import Copying
from jarvis_ctx.backup.restoring import Restored
from jarvis_ctx.backup.staging import staged
from jarvis_ctx.backup.taking import Source, stage
from jarvis_ctx.clock import Clock, SystemClock, iso
from jarvis_ctx.codec import sign
from jarvis_ctx.disk.files import sync_folder
from jarvis_ctx.disk.progress import Progress, unwatched
from jarvis_ctx.errors import BadValue, NoStore, StoreUnavailable
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.missing import check_store
from jarvis_ctx.sidecar.opening import DATABASE
from jarvis_ctx.sidecar.standstill import at_rest
from jarvis_ctx.storage.memory.store import MemoryStore
from jarvis_ctx.storage.sqlite.store import SqliteStore

NOT_TAKEN = "a name that nothing has yet, outside the store's folder"


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was taken: where it is, and its manifest."""

    path: str
    manifest: Manifest


def take(
    settings: Settings,
    target: str | PathLike[str],
    *,
    key: bool = True,
    progress: Progress = unwatched,
    clock: Clock | None = None,
) -> Backup:
    """Take a backup of the store of `settings`, live or dead; as the manager's `backup`. Raises `NoStore`, too."""
    folder, path = settings.folder, Path(os.path.abspath(os.path.expanduser(target)))
    check_store(folder)
    real = Path(os.path.realpath(path))
    if os.path.lexists(path) or real.is_relative_to(os.path.realpath(folder)):
        raise BadValue(name="The target", value=str(path), expected=NOT_TAKEN)
    path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        source = Source(
            folder=folder,
            copying=_copying(folder, opened),
            key=sign.key_or_none(folder / "secret.key"),  # Without one, the manifest is not signed.
            with_key=key,
            created=iso((clock or SystemClock()).wall()),
            version=__version__,
        )
        into = opened.enter_context(staged(path))
        found, taken = stage(source, lambda attempt: _fresh(into / str(attempt)), progress)
        _name(found, taken, path, into)
    return Backup(path=str(path), manifest=taken)


def _fresh(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


def _name(found: Path, taken: Manifest, path: Path, into: Path) -> None:
    if path.name.endswith(SUFFIX):
        packed = into / "packed"
        pack(found, taken, packed)
        found = packed
    if os.path.lexists(path):
        raise BadValue(name="The target", value=str(path), expected=NOT_TAKEN)
    os.rename(found, path)
    sync_folder(path.parent)


def _copying(folder: Path, opened: ExitStack) -> Copying:
    """A viewer of the database as it lies there; what is sealed in it stays sealed."""
    try:
        store: SqliteStore | MemoryStore = SqliteStore(folder / DATABASE, viewer=True)
    except NoStore:
        store = MemoryStore()
    except StoreUnavailable as error:
        return Unusable(error)
    opened.callback(store.close)
    return store.copying


class Unusable:
    """Stands in for a database that does not open; its journal and archive are taken all the same."""

    def __init__(self, error: StoreUnavailable) -> None:
        self._error = error

    def copy(self, target: Path, progress: Progress) -> dict[str, int] | None:
        """Raises what was the matter."""
        raise self._error


def restore(
    settings: Settings,
    source: str | PathLike[str],
    *,
    key: str | PathLike[str] | None = None,
    replace: bool = False,
    progress: Progress = unwatched,
) -> Restored:
    """Put a backup back as the store of `settings`, which must be empty or, with `replace`, is moved aside.

    `key` is the file of the signing key of a backup that has none. The next start there recovers, in a later epoch, and
    says that it was restored. Raises `BadValue`, `NotAtRest` when somebody runs there, `CorruptData`, `NotOurs`,
    `OtherVersion`, `TooLarge`, `UnsafeFolder`; the target is then as it was.
    """
    target = Path(os.path.realpath(settings.folder))
    restoring.check_target(target, replace)
    with ExitStack() as held:
        if (target / "journal").is_dir():
            held.enter_context(at_rest(target, settings.secret_names))
        return restoring.restore(
            Path(source),
            target,
            key=loaded(key),
            replace=replace,
            now=iso(SystemClock().wall()),
            progress=progress,
        )


def loaded(key: str | PathLike[str] | None) -> sign.Key | None:
    """The signing key in a file that was named. Raises `BadValue`, `UnsafeFolder`, `CorruptData`."""
    if key is None:
        return None
    found = sign.load_key(Path(key))
    if found is None:
        raise BadValue(name="--key", value=os.fspath(key), expected="the file of a store's secret.key")
    return found
