"""The encryption keys, fetched from where they are kept: an environment variable, a file, or a command."""

from __future__ import annotations

import re
from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Mapping
from pathlib import Path

from jarvis_ctx.codec.sealed import KEY, Key, key_of
from jarvis_ctx.errors import BadEncryptionKey

PATIENCE = 30
"""Seconds a command may take."""
_HEX = re.compile(r"[0-9a-fA-F]{64}")


def fetch(source: str, store: Path, environ: Mapping[str, str]) -> list[Key]:
    """The keys that `source` (`env:NAME`, `file:PATH`, `command:...`) gives, the one that seals first.

    Each is 32 random bytes as base64 or 64 hex digits; several are separated by blanks, commas or lines. Raises
    `BadEncryptionKey`, whose message has nothing of a key.
    """
    way, _, place = source.partition(":")
    text = {"env": _from_variable, "file": _from_file, "command": _from_command}[way](place.strip(), store, environ)
    found = [_key(word, source) for word in re.split(r"[\s,]+", text) if word]
    if not found:
        raise BadEncryptionKey(source=source, reason="there is nothing in it")
    return found


def _from_variable(name: str, store: Path, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise BadEncryptionKey(source=f"env:{name}", reason="there is no such variable")
    return environ[name]


def _from_file(name: str, store: Path, environ: Mapping[str, str]) -> str:
    path = Path(name).expanduser().absolute()
    if path.resolve().is_relative_to(store.resolve()):
        raise BadEncryptionKey(source=f"file:{name}", reason="it lies in the store's own folder, beside what it opens")
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadEncryptionKey(
            source=f"file:{name}", reason=getattr(error, "strerror", "") or "it is no text"
        ) from error


def _from_command(line: str, store: Path, environ: Mapping[str, str]) -> str:
    import shlex
    import subprocess

    try:
        done = subprocess.run(shlex.split(line), capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise BadEncryptionKey(source=f"command:{line}", reason=f"it did not run: {type(error).__name__}") from error
    if done.returncode != 0:
        raise BadEncryptionKey(source=f"command:{line}", reason=f"it ended with exit code {done.returncode}")
    return done.stdout


def _key(word: str, source: str) -> Key:
    try:
        root = bytes.fromhex(word) if _HEX.fullmatch(word) else a2b_base64(word, strict_mode=True)
    except NotBase64:
        root = b""
    if len(root) != KEY:
        raise BadEncryptionKey(source=source, reason=f"a key is {KEY} bytes as base64 or hex: openssl rand -base64 32")
    return key_of(root)
