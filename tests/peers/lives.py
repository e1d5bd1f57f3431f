"""The same kills for each: a program's lives one after another, in a process of its own, and what it noted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.peers.peer import Peer
from tests.peers.verdict import Note

ROOT = Path(__file__).parents[2]
THEIRS = ROOT / ".venv-peers" / "bin" / "python"
TICK = 0.005
PATIENCE = 300.0
"""Seconds that a program may take to begin its work, or to end it."""
LAST = 2.0
"""Seconds that the last life works at least, which is not killed."""


class Failed(Exception):
    """A program ended by itself, or did not come to its end."""


class Lives:
    """The lives of one peer's program in `folder`; the last does new work for `last` seconds."""

    def __init__(self, peer: Peer, folder: Path, last: float = LAST) -> None:
        self._peer, self._folder, self._last = peer, folder, last
        folder.mkdir(parents=True, exist_ok=True)
        self._notes, self._output = folder / "notes.jsonl", folder / "output.txt"

    def live(self, moments: list[float], killed: Callable[[], None]) -> None:
        """One life a moment, killed so many seconds after its work began, and a last one that comes to its end.

        Raises `Failed`.
        """
        for moment in moments:
            with self._begun() as process:
                self._wait(process, moment)
                process.kill()
            killed()
        with self._begun() as process:
            self._wait(process, self._last)
            (self._folder / "enough").touch()
            try:
                code = process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise Failed(f"it had not ended after {PATIENCE:g} s{self._tail()}") from None
        if code:
            raise Failed(f"it ended with exit code {code}{self._tail()}")

    def notes(self) -> list[Note]:
        """All that was noted."""
        return [json.loads(line) for line in self._notes.read_bytes().splitlines()]

    def _begun(self) -> subprocess.Popen[bytes]:
        """A new life, at work."""
        self._say("life")
        size, began = self._notes.stat().st_size, time.monotonic()
        process = self._start()
        while b'"at work"' not in self._notes.read_bytes()[size:]:
            if process.poll() is not None or time.monotonic() > began + PATIENCE:
                process.kill()
                process.wait()
                raise Failed(f"it did not begin its work{self._tail()}")
            time.sleep(TICK)
        return process

    def _start(self) -> subprocess.Popen[bytes]:
        python = str(THEIRS) if self._peer.package else sys.executable
        path = [str(ROOT)] if self._peer.package else [str(ROOT), str(ROOT / "src")]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("JARVIS_")}
        module = f"tests.peers.programs.{self._peer.program}"
        with self._output.open("ab") as output:
            return subprocess.Popen(
                [python, "-m", module, str(self._folder), *self._peer.arguments],
                cwd=self._folder,
                env={**environ, "PYTHONPATH": os.pathsep.join(path), "OPENAI_AGENTS_DISABLE_TRACING": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _wait(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            return
        raise Failed(f"it ended by itself with exit code {code}{self._tail()}")

    def _say(self, what: str) -> None:
        with self._notes.open("ab", buffering=0) as notes:
            notes.write(json.dumps([time.monotonic(), what]).encode() + b"\n")

    def _tail(self) -> str:
        lines = self._output.read_text("utf-8", "replace").splitlines()[-8:]
        return ": " + " / ".join(lines) if lines else ""
