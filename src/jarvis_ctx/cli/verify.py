"""`jarvis-ctx verify`: whether a store, an exported audit trail or a backup is as it was written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from jarvis_ctx.cli.doctor import print_findings
from jarvis_ctx.cli.exits import ExitCode
from jarvis_ctx.cli.progress import bar
from jarvis_ctx.cli.screen import print_json
from jarvis_ctx.cli.store import Place, json_option, source_options
from jarvis_ctx.recovery.wording import number

if TYPE_CHECKING:
    from jarvis_ctx.model.finding import Verification


@click.command()
@click.argument("target", type=click.Path(path_type=Path, exists=True), required=False)
@json_option
@source_options
def verify(place: Place, target: Path | None, as_json: bool) -> None:
    """Check every digest of a store, of an exported audit trail or of a backup; exit code 6 when one is wrong.

    Without TARGET it is the store of --path, or the one behind --url. A store may be live; nothing is written.
    """
    if target is not None and place.server.url is not None:
        raise click.UsageError("--url asks an API for its store, TARGET is a file here: give one of them.")
    if target is None or (target.is_dir() and not (target / "manifest.json").exists()):
        _store(place if target is None else msgspec.structs.replace(place, path=str(target)), as_json)
    else:
        _file(target, as_json)


def _store(place: Place, as_json: bool) -> None:
    found = _verified(place)
    if as_json:
        print_json(msgspec.to_builtins(found))
    else:
        print_findings(found.findings)
    if any(finding.level != "ok" for finding in found.findings):
        sys.exit(ExitCode.DAMAGED)


def _verified(place: Place) -> Verification:
    if place.away() is not None:
        with place.source() as source:
            return source.verify()
    from jarvis_ctx.insight.verification import verification

    with place.views() as views, bar("Verifying") as progress:
        return verification(views, progress)


def _file(file: Path, as_json: bool) -> None:
    if file.is_dir() or file.name.endswith(".tar.zst"):
        from jarvis_ctx.backup.restoring import verified as whole

        with bar("Verifying") as progress:
            kind, count = "files", len(whole(file, None, progress).files)
    else:
        from jarvis_ctx.insight import trail

        with file.open(encoding="utf-8", newline="") as text:
            kind, count = "events", trail.verified(text, str(file))
    if as_json:
        print_json({"file": str(file), "verified": kind, "count": count})
        return
    click.echo(f"{file} is as it was written: {number(count, kind[:-1])} verified.")
