"""Which API a command asks instead of a store, and by which token."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from jarvis_ctx.client.access import Token, address, is_near
from jarvis_ctx.errors import BadValue

if TYPE_CHECKING:
    from jarvis_ctx.client import ContextClient

IN_PS = "Warning: a token on the command line shows in `ps`; JARVIS_TOKEN or --token-file keep it to yourself."
IN_CLEAR = "Warning: {url} is plain HTTP to another machine; whoever is between reads the token."
NO_TOKEN = (
    "--url needs a token: JARVIS_TOKEN, --token-file or JARVIS_TOKEN_FILE; `jarvis-ctx token show` prints it there."
)


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of an API on the command line."""

    url: str | None = None
    token: Token | None = None
    token_file: str | None = None

    def under(self, outer: Server) -> Server:
        """This, and for what it leaves open what was said before the command's name."""
        return Server(
            url=self.url or outer.url,
            token=self.token or outer.token,
            token_file=self.token_file or outer.token_file,
        )

    def client(self, url: str) -> ContextClient:
        """Asks it. Raises `BadValue`, `ClientMissing`, and click's usage error without any token."""
        from jarvis_ctx.client import ContextClient

        if self.token is not None:
            click.echo(IN_PS, err=True)
        if url.startswith("http:") and not is_near(address(url)):
            click.echo(IN_CLEAR.format(url=address(url)), err=True)
        return ContextClient(url, self._token(), fresh=True)

    def _token(self) -> Token:
        if self.token is not None:
            return self.token
        file = self.token_file or (None if os.environ.get("JARVIS_TOKEN") else os.environ.get("JARVIS_TOKEN_FILE"))
        if file is not None:
            return read(Path(file))
        if word := os.environ.get("JARVIS_TOKEN"):
            return Token(word)
        raise click.UsageError(NO_TOKEN)


def read(file: Path) -> Token:
    """The token in a file of one line. Raises `BadValue`."""
    try:
        return Token(file.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        reason = f"a readable file with a token ({getattr(error, 'strerror', '') or 'it is no text'})"
        raise BadValue(name="--token-file", value=str(file), expected=reason) from error
