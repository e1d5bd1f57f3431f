"""`jarvis-ctx token`: who may ask the API, for what, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from jarvis_ctx.cli.screen import print_json, show, table, text, word
from jarvis_ctx.cli.store import Place, json_option, place_options
from jarvis_ctx.clock import SystemClock, iso
from jarvis_ctx.errors import UnknownToken
from jarvis_ctx.recovery.wording import day_time

if TYPE_CHECKING:
    from rich.text import Text

    from jarvis_ctx.web.tokens import Token, Tokens

SCOPES = ("read", "write", "admin")
WHY = "tokens are made where the store is, by whoever owns it"
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class Lifetime(click.ParamType[int]):
    """`90s`, `10m`, `12h` or `30d` as seconds."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        said = str(value)
        if not (said[:-1].isdecimal() and said[-1:] in UNITS and 0 < int(said[:-1]) < 10**6):
            self.fail(f"{said!r} is not like 90s, 10m, 12h or 30d", param, ctx)
        return int(said[:-1]) * UNITS[said[-1]]


@click.group()
@place_options(WHY)
def token(place: Place) -> None:
    """Show, add, rotate and revoke the tokens of the API. A change counts at once, without a restart."""
    click.get_current_context().obj = place


def _tokens(place: Place) -> Tokens:
    from jarvis_ctx.web.tokens import Tokens

    with place.view() as view:
        return Tokens(view.folder, SystemClock())


@token.command("show")
@place_options(WHY)
def show_(place: Place) -> None:
    """Print the token that was made by itself at the first start."""
    click.echo(_tokens(place).ensure())


@token.command()
@place_options(WHY)
def rotate(place: Place) -> None:
    """Make a new one in its place, and print it; the old one opens nothing any more."""
    click.echo(_tokens(place).rotate())


@token.command()
@click.option("--scope", type=click.Choice(SCOPES), default="read", show_default=True, help="What it may do.")
@click.option("--expires", type=Lifetime(), help="How long it lives: 12h, 30d; without it, until it is revoked.")
@click.option("--label", default="", help="What it is for; `revoke` knows it by that, too.")
@json_option
@place_options(WHY)
def add(place: Place, scope: str, expires: int | None, label: str, as_json: bool) -> None:
    """Make one more token, and print it; it is shown this once."""
    from jarvis_ctx.web.tokens import lifetime

    until = lifetime(expires, SystemClock()) if expires is not None else None
    made, secret = _tokens(place).add(scope, label, until)  # type: ignore[arg-type]  # One of the choices.
    if as_json:
        print_json({**_plain(made), "token": secret})
        return
    click.echo(
        f"Token {made.id} may {made.scope}{', until ' + iso(until) if until else ''}. It is shown this once:", err=True
    )
    click.echo(secret)


@token.command()
@click.argument("which", metavar="ID|LABEL")
@place_options(WHY)
def revoke(place: Place, which: str) -> None:
    """Let a token open nothing any more."""
    if not which:
        raise UnknownToken(token=which, hint="")
    revoked = _tokens(place).revoke(which)
    click.echo(f"Token {revoked.id} is revoked.")


@token.command("list")
@json_option
@place_options(WHY)
def list_(place: Place, as_json: bool) -> None:
    """List all tokens, without what they are."""
    found = _tokens(place).all()
    if as_json:
        print_json([_plain(each) for each in found])
    elif found:
        show(table(("Token", "Label", "Scope", "Made", "Ends", "State"), [_row(each) for each in found]))
    else:
        show("No tokens yet: the first start of the API, or `jarvis-ctx token show`, makes one.")


def _plain(each: Token) -> dict[str, object]:
    times = {name: iso(at) if (at := getattr(each, name)) else None for name in ("created", "expires", "revoked")}
    told = {**msgspec.structs.asdict(each), **times, "state": _state(each)}
    del told["sha256"]
    return told


def _state(each: Token) -> str:
    if each.revoked is not None:
        return "revoked"
    return "valid" if each.valid(SystemClock().wall()) else "expired"


def _row(each: Token) -> tuple[Text, ...]:
    plain = _plain(each)
    cells = (text(plain[name] or "") for name in ("id", "label", "scope"))
    times = (text(day_time(str(at)) if (at := plain[name]) else "") for name in ("created", "expires"))
    return *cells, *times, word(_state(each))
