"""Uncaught exceptions of the main thread, other threads and asyncio, and the interpreter's dump at a fatal signal."""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from jarvis_ctx.disk.files import create
from jarvis_ctx.journal import forks

log = logging.getLogger("jarvis_ctx")

Report = Callable[[str, dict[str, Any]], None]

TEXT_LIMIT = 32_768
"""Characters of a traceback that are kept, its end first."""


def describe(error: BaseException) -> dict[str, Any]:
    """An exception as stored: type, message, traceback, all without secrets.

    Never raises, whatever the exception's own methods do.
    """
    from jarvis_ctx.codec.redaction import Redaction

    redacted = Redaction().text
    try:
        message = redacted(str(error))[:TEXT_LIMIT]
        trace = redacted("".join(traceback.format_exception(error)))[-TEXT_LIMIT:]
    except Exception as broken:  # The user's exception class may raise from anywhere; its name is then all there is.
        message, trace = f"(its text raised {type(broken).__name__})", ""
    kind = type(error)
    clean = [text.encode("utf-8", "backslashreplace").decode() for text in (message, trace)]
    return {"type": f"{kind.__module__}.{kind.__qualname__}", "message": clean[0], "traceback": clean[1]}


class ExceptionWatch:
    """Chains itself before the hooks that are there; each still runs. `report` gets the place and the description."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.fatal: dict[str, Any] | None = None
        """The exception that is ending the process, or None."""
        self.interrupted = False
        self._previous = sys.excepthook, threading.excepthook
        self._handler = _AsyncioHandler(lambda error: self._seen("asyncio", error))

    def install(self) -> None:
        sys.excepthook, threading.excepthook = self._main, self._thread
        logging.getLogger("asyncio").addHandler(self._handler)

    def remove(self) -> None:
        """Put back what was there, where nobody has chained on since."""
        if sys.excepthook == self._main:
            sys.excepthook = self._previous[0]
        if threading.excepthook == self._thread:
            threading.excepthook = self._previous[1]
        logging.getLogger("asyncio").removeHandler(self._handler)

    def _main(self, kind: type[BaseException], error: BaseException, trace: Any) -> None:
        self.interrupted = issubclass(kind, KeyboardInterrupt)
        try:
            if not self.interrupted:
                self.fatal = self._seen("main", error)
        finally:
            self._previous[0](kind, error, trace)

    def _thread(self, args: threading.ExceptHookArgs) -> None:
        try:
            if args.exc_value is not None:
                self._seen(f"thread {args.thread.name if args.thread else '?'}", args.exc_value)
        finally:
            self._previous[1](args)

    def _seen(self, place: str, error: BaseException) -> dict[str, Any]:
        described = describe(error)
        self._report(place, described)
        return described


class _AsyncioHandler(logging.Handler):
    """asyncio tells of exceptions nobody awaited through its logger only."""

    def __init__(self, seen: Callable[[BaseException], object]) -> None:
        super().__init__(logging.ERROR)
        self._seen = seen

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self._seen(record.exc_info[1])


class FaultDump:
    """faulthandler's stacks at a fatal signal, kept in a file for the next run's report.

    The file's first line names the run that wrote it, so no run is told to have died of another one's signal.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None
        self._empty = 0

    def start(self, run: str) -> None:
        """Direct the dump into the file, unless the program has directed it elsewhere itself; an earlier dump goes.

        Where there cannot be a file, a run does without: its death is then told by its signal alone.
        """
        import faulthandler

        try:
            self.clear()
            self._file = None if faulthandler.is_enabled() else self._headed(run)
        except OSError as error:
            log.warning("The stacks at a fatal signal will not be kept: %s", error)
        if self._file is not None:
            faulthandler.enable(self._file, all_threads=True)
            forks.watch(self)

    def _headed(self, run: str) -> IO[str]:
        file = os.fdopen(create(self.path), "w", encoding="utf-8")
        try:
            self._empty = os.write(file.fileno(), _heading(run).encode())
        except OSError:
            file.close()
            raise
        return file

    def stop(self) -> None:
        """End the watch; an empty dump goes."""
        import faulthandler

        if self._file is not None:
            forks.unwatch(self)
            faulthandler.disable()
            ours = os.fstat(self._file.fileno())
            self._file.close()
            self._file = None
            if ours.st_size == self._empty and self._is_there(ours):
                self.path.unlink()

    def before_fork(self, patience: float) -> None:
        """Nothing of it is ever halfway through a change."""

    def after_fork_in_parent(self) -> None:
        """The parent's own death is what is watched for; nothing has changed for it."""

    def after_fork_in_child(self) -> None:
        """Leave the file to the parent: a child's death is not the run's."""
        import faulthandler

        if self._file is not None:
            faulthandler.disable()
            self._file.close()
            self._file = None
        forks.unwatch(self)

    def _is_there(self, ours: os.stat_result) -> bool:
        """Whether the file under our name is still ours: a successor that overtook us has made its own."""
        try:
            return os.path.samestat(ours, self.path.stat())
        except FileNotFoundError:
            return False

    def read(self, run: str) -> str:
        """The stacks that `run` left, or nothing."""
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        heading = _heading(run)
        return text[len(heading) :][:TEXT_LIMIT] if text.startswith(heading) else ""

    def clear(self) -> None:
        """Forget what an earlier run left."""
        self.path.unlink(missing_ok=True)


def _heading(run: str) -> str:
    return f"Run {run}\n"
