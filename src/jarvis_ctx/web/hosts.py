"""Under which names this server may be spoken to, so that no web page reaches it under a name of its own."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-]+)(?::(?P<port>\d{1,5}))?")


class Hosts:
    """Exact names, in any case and with any port: those of the loopback, and those that were added."""

    def __init__(self, more: tuple[str, ...] = ()) -> None:
        self._names = frozenset(map(_plain, (*LOOPBACK, *more)))

    def allow(self, host: str) -> bool:
        """Whether a `Host` header is one of ours."""
        found = _HOST.fullmatch(host)
        return found is not None and _plain(found["name"]) in self._names

    def same(self, origin: str, host: str) -> bool:
        """Whether an `Origin` header is a page of ours: served under the very name and port that is asked now.

        Not the scheme: whatever speaks TLS for us hides it. Another port of this machine is somebody else's, though
        browsers send it our cookies.
        """
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        here = parts.netloc.lower() == host.lower() and self.allow(host)
        return here and parts.scheme in ("http", "https") and not parts.path


def asked(target: str, host: str) -> str:
    """Which host a request is for: that of its header, or of its target, which goes before (RFC 9112, 3.2.2)."""
    if target.startswith("/"):
        return host
    try:
        return urlsplit(target).netloc
    except ValueError:
        return ""


def well_formed(host: str) -> bool:
    """Whether a `Host` header names one host at all."""
    return _HOST.fullmatch(host) is not None


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens at `host`."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _plain(name: str) -> str:
    """A name in the one form it is compared in."""
    name = name.strip().lower()
    if ":" in name and not name.startswith("["):
        name = f"[{name}]"
    return name
