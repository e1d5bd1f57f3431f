"""Hands to the archive what two signed checkpoints cover: no recovery needs it any more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.checkpoint.forms import Look, look_of
from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.journal import forks
from jarvis_ctx.model.checkpoint import CheckpointHeader


class Archiving:
    """One run's archiving, in turns of its own: reading back and compressing is no part of taking a checkpoint.

    Each file is verified once, as long as it looks the same: a checkpoint is as large as the whole state.
    """

    def __init__(
        self,
        files: CheckpointFiles,
        archive: Callable[[dict[str, int]], object],
        forget: Callable[[], object] = bool,
        settle: Callable[[], object] = bool,
    ) -> None:
        """`archive` takes what may be archived, {writer: number}; before it, `forget` deletes checkpoints that are not
        to be kept; after it, `settle` tidies up the store.
        """
        self._files, self._archive, self._forget, self._settle = files, archive, forget, settle
        self._verified: dict[Path, tuple[Look, CheckpointHeader]] = {}
        self._lock = threading.Lock()
        forks.renew_lock(self)
        self.error = ""

    def turn(self) -> None:
        """Forget surplus checkpoints and archive what may be. From any thread; one runs at a time. Raises `OSError`."""
        with self._lock:
            self.error = self._said(self._forget)
            known, self._verified = self._verified, {}
            covered = self._files.covered(lambda path: self._verified_once(path, known.get(path)))
            self.error = self._said(lambda: (self._archive(covered), self._settle())) or self.error

    @staticmethod
    def _said(work: Callable[[], object]) -> str:
        """What the store says when it cannot be used for `work`, or nothing."""
        try:
            work()
        except StoreUnavailable as error:
            return str(error)
        return ""

    def _verified_once(self, path: Path, known: tuple[Look, CheckpointHeader] | None) -> CheckpointHeader:
        look = look_of(path)
        header = known[1] if known is not None and known[0] == look else self._files.verified(path)
        self._verified[path] = look, header
        return header
