"""Lines of an audit trail: bytes as they arrive, cut, and whether they came to their end."""

from __future__ import annotations

from jarvis_ctx.errors import ServerUnreachable

ENDS = {"jsonl": '{"trailer":true,', "csv": "trailer,"}
"""How the last line begins."""


class Lines:
    """Takes bytes in any pieces; lines are given without their ends."""

    def __init__(self, url: str, form: str) -> None:
        self._url, self._end = url, ENDS.get(form, "")
        self._rest, self._last = b"", ""

    def feed(self, chunk: bytes) -> list[str]:
        """The lines that are whole now."""
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        lines = [line.decode() for line in whole]
        self._last = lines[-1] if lines else self._last
        return lines

    def end(self) -> None:
        """Nothing comes any more. Raises `ServerUnreachable` where that was not all."""
        if self._rest or not self._last.startswith(self._end):
            raise ServerUnreachable(url=self._url, reason="the trail broke off before its end")
