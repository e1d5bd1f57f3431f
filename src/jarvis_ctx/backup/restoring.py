"""Puts a backup back: verified and staged beside the target, which it then becomes in one step."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec

from jarvis_ctx.backup import files, manifest, names, reading
from jarvis_ctx.backup.manifest import Manifest
from jarvis_ctx.backup.staging import staged
from jarvis_ctx.codec import sign
from jarvis_ctx.disk.files import move_aside, private_folder, sync_folder
from jarvis_ctx.disk.progress import Progress
from jarvis_ctx.errors import BadValue, CorruptData, TooLarge
from jarvis_ctx.liveness import restored
from jarvis_ctx.liveness.restored import RestoredNote

FREE = "a folder that is empty or not there yet; --replace would move this one aside"


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What was put back, and where."""

    path: str
    manifest: Manifest
    moved_aside: str = ""
    """The name of what was there before."""


def verified(source: Path, key: sign.Key | None, progress: Progress) -> Manifest:
    """Read a whole backup and check every digest; nothing is written. Raises `CorruptData`, `NotOurs`, `TooLarge`."""
    with reading.opened(source) as (said, contents):
        _authenticate(said, key, source)
        reading.through(said, contents, source, files.digested, progress)
    return said


def restore(
    source: Path, target: Path, *, key: sign.Key | None, replace: bool, now: str, progress: Progress
) -> Restored:
    """Put a backup back as the store in `target`; killed anywhere, the target is as it was, or whole.

    `key` is the store's, where the backup has none; the backup must be signed with it. Nobody may run in the target.
    Raises `BadValue` for a target that is not empty, unless it is to be moved aside, and as `verified` does.
    """
    check_target(target, replace)
    target.parent.mkdir(parents=True, exist_ok=True)
    with staged(target) as stage, reading.opened(source) as (said, contents):
        _authenticate(said, key, source)
        _check_room(said, stage, source)
        new = private_folder(stage / "store")
        reading.through(said, contents, source, lambda name, data: files.put(new, name, data), progress)
        _settle(new, said, key, now)
        aside = _take_place(new, target, replace)
    return Restored(path=str(target), manifest=said, moved_aside=aside)


def check_target(target: Path, replace: bool) -> None:
    """Raises `BadValue` unless nothing is there, or it may be moved aside."""
    if not replace and os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise BadValue(name="The target", value=str(target), expected=FREE)


def _authenticate(said: Manifest, key: sign.Key | None, source: Path) -> None:
    if key is not None:
        manifest.authenticate(said, key, str(source))


def _check_room(said: Manifest, stage: Path, source: Path) -> None:
    free = shutil.disk_usage(stage).free
    if said.bytes > free:
        raise TooLarge(what=f"What {source} holds", size=said.bytes, limit=free)


def _settle(new: Path, said: Manifest, key: sign.Key | None, now: str) -> None:
    """The key, the note, and all of it durable."""
    if (new / names.KEY).exists():
        own = sign.load_key(new / names.KEY)
        if own is None or own.id != said.key:
            raise CorruptData(what=names.KEY, reason="it is not the key that the manifest names")
        manifest.authenticate(said, own, "The manifest")
    elif key is not None:
        sign.save_key(new / names.KEY, key)
    restored.write(
        new,
        RestoredNote(
            restored=now, backup=said.id, created=said.created, folder=said.folder, host=said.host, runs=said.runs
        ),
    )
    for folder in [new, *(path for path in new.rglob("*") if path.is_dir())]:
        sync_folder(folder)


def _take_place(new: Path, target: Path, replace: bool) -> str:
    aside = ""
    if os.path.lexists(target):
        check_target(target, replace)  # Once more: unpacking takes time.
        if target.is_dir() and not any(target.iterdir()):
            target.rmdir()
        else:
            aside = move_aside(target, "replaced").name
    os.rename(new, target)
    sync_folder(target.parent)
    return aside
