"""Where the API is and what opens it; the token is in no repr, message or address."""

from __future__ import annotations

from urllib.parse import urlsplit

from jarvis_ctx.errors import BadValue

EXPECTED = "an address like http://127.0.0.1:3004, without user, query or path"


class Token:
    """Opens the API; shows itself to nobody."""

    __slots__ = ("_word",)

    def __init__(self, word: str) -> None:
        """Raises `BadValue` for what can be no token, without repeating it."""
        if not (word and word.isascii() and word.isprintable() and " " not in word):
            raise BadValue(name="token", value="...", expected="one line of letters, digits and signs")
        self._word = word

    @property
    def header(self) -> str:
        """The value of `Authorization`."""
        return f"Bearer {self._word}"

    def __repr__(self) -> str:
        return "Token(...)"

    def __reduce__(self) -> str:
        raise TypeError("a token is not to be stored")


def address(url: str) -> str:
    """The server's address, without a slash at its end. Raises `BadValue`, without a password that `url` may hold."""
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError as error:
        raise BadValue(name="url", value="...", expected=EXPECTED) from error
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    shown = f"{parts.scheme}://{host}{port}"
    if parts.username or parts.password or parts.query or parts.fragment or parts.path.strip("/"):
        raise BadValue(name="url", value=shown + "/...", expected=EXPECTED)
    if parts.scheme not in ("http", "https") or not host:
        raise BadValue(name="url", value=url if "@" not in url else "...", expected=EXPECTED)
    return shown


def is_near(url: str) -> bool:
    """Whether it is this machine, to which no proxy leads."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")
