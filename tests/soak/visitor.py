"""Somebody who looks at the dashboard meanwhile: asks the API what its pages ask."""

from __future__ import annotations

from http.client import HTTPException
from pathlib import Path
from urllib.request import Request, urlopen

PAGES = ("status", "task-progress", "agent-states", "timeline", "decisions", "recovery-report", "resources", "metrics")
PATIENCE = 30.0


class Visitor:
    """Asks everything once a visit; counts the answers."""

    def __init__(self, store: Path) -> None:
        self._store, self._url, self.answers = store, "", 0

    def visit(self, url: str | None) -> list[str]:
        """What went wrong; `url` is where the server is, where that is news."""
        self._url = url or self._url
        return [wrong for page in PAGES if (wrong := self._ask(page))] if self._url else []

    def _ask(self, page: str) -> str:
        token = (self._store / "token").read_text("ascii").strip()
        address = f"{self._url}/api/jarvis/context/{page}"
        try:
            with urlopen(Request(address, headers={"Authorization": f"Bearer {token}"}), timeout=PATIENCE) as answer:
                answer.read()
        except (OSError, HTTPException) as error:
            return f"the API did not answer {page}: {error}"
        self.answers += 1
        return ""
