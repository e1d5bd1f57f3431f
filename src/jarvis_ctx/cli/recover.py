"""`jarvis-ctx recover`: what a start would find and do now, and from which base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jarvis_ctx import decoding
from jarvis_ctx.cli.screen import print_json, width
from jarvis_ctx.cli.store import Place, json_option, source_options
from jarvis_ctx.recovery.text import render

if TYPE_CHECKING:
    from jarvis_ctx.model.checkpoint import CheckpointHeader

WHY = "the base that the next start goes by is chosen where the store is"


@click.command()
@click.option("--dry-run", is_flag=True, help="Only show it; without --from, recovery happens at the next start.")
@click.option("--from", "base", metavar="BASE", help="The base: `database`, `point`, `json` or a checkpoint's FILE.")
@click.option("--point", "label", default="", metavar="LABEL", help="Which recovery point, with --from point.")
@json_option
@source_options
def recover(place: Place, dry_run: bool, base: str | None, label: str, as_json: bool) -> None:
    """Show what a start would find and do now, or choose the base it goes by."""
    base = base or ("point" if label else None)
    if label and base != "point":
        raise click.UsageError("--point goes with --from point.")
    if dry_run:
        with place.source() as source:
            found = source.foresee(base, label)
        said = found["sentence"]
    elif base is not None:
        found, said = _choose(place, base, label)
    else:
        raise click.UsageError("Recovery happens when the orchestrator starts; --dry-run shows what it would do.")
    if as_json:
        print_json(found)
        return
    click.echo(said)
    _page(found["report"])


def _choose(place: Place, base: str, label: str) -> tuple[dict[str, Any], str]:
    """What the next start would do from this base, by which it goes from now on, and that in a sentence."""
    place.here("recover --from without --dry-run", WHY)
    from jarvis_ctx.insight.forecast import forecast, try_base
    from jarvis_ctx.sidecar.choosing import choose_base

    with place.view() as view:
        settings, live = place.settings(view), view.pulse().live_pid is not None
        chosen, rebuilt = try_base(view, base, label)
        found = forecast(view, settings, rebuilt).to_json()
    before = choose_base(settings, chosen, live=live)
    replaced = before.id if before is not None else None
    return {**found, "base": rebuilt.base, "chosen": True, "replaced": replaced}, _said(rebuilt.base, live, before)


def _said(base: str, live: bool, before: CheckpointHeader | None) -> str:
    if live or before is None:
        return f"The next start recovers from this base ({base}); the one that runs goes on as it is."
    return (
        f"From now on the state is what this base ({base}) and the events after it give; the next start goes by it. "
        f"What it replaces is the recovery point {before.label!r} ({before.id})."
    )


def _page(report: dict[str, Any] | None) -> None:
    from jarvis_ctx.model.report import RecoveryReport

    if report is not None:
        click.echo("\n" + render(decoding.convert(report, RecoveryReport), width=min(width(), 100)), nl=False)
