"""Which names say that what they name is a secret."""

from __future__ import annotations

import re
from functools import lru_cache

NAMES = (
    "password",
    "password hash",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "secret key",
    "secret access key",
    "secret value",
    "token",
    "access tokens",
    "api tokens",
    "auth tokens",
    "refresh tokens",
    "api key",
    "access key",
    "auth key",
    "encryption key",
    "master key",
    "private key",
    "session key",
    "shared key",
    "signing key",
    "authorization",
    "credential",
    "cookie",
    "dsn",
    "connection string",
    "jwt",
)
"""A name is a secret's when it ends with one of these, whatever its case and whatever joins its words."""

COUNTED = "token"
"""Language models count tokens: a number under such a name is no secret, and `tokens` alone is no secret's name."""

_JOINTS = re.compile(r"[^a-z0-9]+")


def squeezed(name: str) -> str:
    """A name as it is compared: lower case, nothing between its words, no number or plural `s` at its end."""
    bare = _JOINTS.sub("", name.lower()).rstrip("0123456789")
    return bare if bare.endswith(f"{COUNTED}s") else bare.removesuffix("s")


def _all(more: str) -> tuple[str, ...]:
    return (*NAMES, *(name for name in more.split(",") if squeezed(name)))


@lru_cache(maxsize=16)
def endings(more: str = "") -> tuple[str, ...]:
    """The ends of secret names, and of those that `more` adds, separated by commas."""
    return tuple({squeezed(name) for name in _all(more)})


@lru_cache(maxsize=16)
def hints(more: str = "") -> tuple[str, ...]:
    """Words of which one is in every text that `pattern` finds something in, in lower case."""
    return tuple({max(_words(name.lower()), key=len) for name in _all(more)})


@lru_cache(maxsize=16)
def pattern(more: str = "") -> str:
    """A regular expression for the end of a secret's name inside a text, without groups."""
    return f"(?:{'|'.join(sorted({_way(name) for name in _all(more)}, key=len, reverse=True))})"


def _way(name: str) -> str:
    words = _words(name)
    plural = "" if words[-1].lower().endswith(("s", COUNTED)) else "s?"
    return r"[_.\- ]?".join(words) + plural + r"\d*"


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[^A-Za-z0-9]+", name) if word]
