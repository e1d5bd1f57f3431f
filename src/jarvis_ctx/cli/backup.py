"""`jarvis-ctx backup` and `restore-backup`: a store carried away while it lives, and put back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jarvis_ctx import settings as settings_room
from jarvis_ctx.cli.progress import bar
from jarvis_ctx.cli.screen import print_json
from jarvis_ctx.cli.store import Place, json_option, place_options
from jarvis_ctx.recovery.wording import number, size

if TYPE_CHECKING:
    from jarvis_ctx.backup.manifest import Manifest

PATH = click.Path(path_type=Path)


@click.command()
@click.argument("target", type=PATH)
@click.option("--without-key", is_flag=True, help="Leave out secret.key; restore-backup then needs it with --key.")
@json_option
@place_options("a backup is taken of a folder here")
def backup(place: Place, target: Path, without_key: bool, as_json: bool) -> None:
    """Take a backup of a store, live or dead, into a new folder or a new .tar.zst file."""
    from jarvis_ctx.sidecar.backups import take

    settings = settings_room.load({"path": place.path, "name": place.name})
    with bar("Backing up") as progress:
        taken = take(settings, target, key=not without_key, progress=progress)
    if as_json:
        print_json({"path": taken.path, **told(taken.manifest)})
        return
    click.echo(f"{taken.path} holds {held(taken.manifest)}.")
    for sentence in taken.manifest.damaged:
        click.echo(f"Not whole: {sentence}")


@click.command("restore-backup")
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.option("--key", type=PATH, metavar="FILE", help="The store's secret.key, where the backup has none.")
@click.option("--replace", is_flag=True, help="Move what is in the target aside; otherwise it must be empty.")
@json_option
@place_options("a backup is put back into a folder here")
def restore_backup(place: Place, source: Path, key: Path | None, replace: bool, as_json: bool) -> None:
    """Verify a backup and put it back as the store in --path."""
    from jarvis_ctx.sidecar.backups import restore

    settings = settings_room.load({"path": place.path, "name": place.name})
    with bar("Restoring") as progress:
        restored = restore(settings, source, key=key, replace=replace, progress=progress)
    if as_json:
        print_json({"path": restored.path, "moved_aside": restored.moved_aside, **told(restored.manifest)})
        return
    click.echo(f"{restored.path} holds {held(restored.manifest)}; the next start there recovers from it.")
    if restored.moved_aside:
        click.echo(f"What was there is now {restored.moved_aside}, beside it.")


def held(manifest: Manifest) -> str:
    """What a backup holds, in a line."""
    events = number(sum(manifest.position.values()), "event")
    return f"{number(len(manifest.files), 'file')}, {size(manifest.bytes)}, {events}, as of {manifest.created}"


def told(manifest: Manifest) -> dict[str, Any]:
    """A manifest as plain data, without the list of files."""
    return {
        "id": manifest.id,
        "created": manifest.created,
        "folder": manifest.folder,
        "host": manifest.host,
        "runs": manifest.runs,
        "position": manifest.position,
        "versions": manifest.versions,
        "key": manifest.key,
        "files": len(manifest.files),
        "bytes": manifest.bytes,
        "damaged": manifest.damaged,
    }
