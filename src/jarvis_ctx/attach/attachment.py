"""What ties a class or an object to its sidecar: opened at the first need, shared by all who name the same one."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from jarvis_ctx import settings as settings_room
from jarvis_ctx.attach import table
from jarvis_ctx.attach.targets import offer
from jarvis_ctx.capture.conventions import CONVENTION_ARGUMENTS, Wishes, wishes
from jarvis_ctx.capture.values import Keeping
from jarvis_ctx.errors import AlreadyRunning, CodeChanged, UnknownSetting, did_you_mean
from jarvis_ctx.liveness.orphans import refuse_left_over_workers
from jarvis_ctx.liveness.runfile import RunFile

if TYPE_CHECKING:
    from jarvis_ctx.sidecar import JarvisContextManager

log = logging.getLogger("jarvis_ctx")


class Attachment:
    """The arguments of one decorator or proxy, and the sidecar they lead to."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        """Raises `UnknownSetting`, `BadSetting`, `BadValue` for arguments that mean nothing."""
        known = [*settings_room.FIELDS, *CONVENTION_ARGUMENTS]
        for name in arguments:
            if name not in known:
                raise UnknownSetting(name=name, source="an argument", hint=did_you_mean(name, known))
        self.arguments = dict(arguments)
        self._chosen = {name: value for name, value in arguments.items() if name in settings_room.FIELDS}
        settings = settings_room.load(self._chosen)
        self.disabled = settings.disabled
        self.wishes: Wishes = wishes(arguments)
        self.keeping = Keeping(self.wishes.exclude, settings.max_argument_bytes)
        self.manager: JarvisContextManager | None = None
        self.homes: list[type] = []
        """The classes whose calls it captures."""
        self.making: set[int] = set()
        """The identities of objects whose outermost `__init__` is not through yet."""
        self._refused = False
        self._code: dict[str, str] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Attachment, (self.arguments,)

    def ready(self) -> JarvisContextManager | None:
        """The sidecar, opened now if it never was; None where calls go uncaptured."""
        if self.manager is not None or self._refused:
            return self.manager
        return self.open()

    def open(self) -> JarvisContextManager | None:
        """The sidecar; a new one where it was never opened, was refused, or has been closed since.

        Raises what opening it raises, but for `AlreadyRunning` unless `on_refused` is `raise`. In a process
        that the run's own has started, the sidecar takes part in that run.
        """
        with table.opening:
            if self.manager is None or self.manager.closed:
                self.manager = self._join_or_open()
                self._refused = self.manager is None
                for home in self.homes:
                    self.offer(home)
            return self.manager

    def offer(self, obj: Any) -> None:
        """Let the sidecar make calls on an object, unless it is still being made, or on a class."""
        if self.manager is not None and self.manager.due is not None and id(obj) not in self.making:
            offer(self.manager.due, obj)

    def record_code(self, hashes: Mapping[str, str]) -> None:
        """Note the code of captured methods, for the sidecar that is open or the next that will be."""
        self._code |= hashes
        if self.manager is not None and not self.manager.closed:
            self.manager.record_code(dict(hashes))

    def _join_or_open(self) -> JarvisContextManager | None:
        settings = settings_room.load(self._chosen)
        if settings.disabled:
            return None
        manager = table.find(settings)
        if manager is None:
            try:
                manager = _opened(self._chosen)
            except AlreadyRunning as error:
                manager = _joined(self._chosen, error)
                if manager is not None:
                    return manager
                # Its own orchestrator may have died since, and been started again.
                refuse_left_over_workers(RunFile(settings.folder, settings.name))
                if settings.on_refused == "raise":
                    raise
                _warn(error)
                return None
        elif manager.settings != msgspec.structs.replace(settings, path=manager.settings.path):
            log.warning("%s joins the open sidecar of %r, whose settings stay as they are", self._chosen, settings.name)
        self._record(manager)
        return manager

    def _record(self, manager: JarvisContextManager) -> None:
        try:
            manager.record_code(self._code)
        except CodeChanged:
            # Not a clean end: the next start must still find the run that died, and what it kept.
            manager.close("exception")
            raise


def _opened(chosen: Mapping[str, Any]) -> JarvisContextManager:
    from jarvis_ctx.attach.manager import JarvisContextManager

    return JarvisContextManager(**chosen)


def _joined(chosen: Mapping[str, Any], refused: AlreadyRunning) -> JarvisContextManager | None:
    """The run of the process that has started this one, taken part in; None where another has it."""
    from jarvis_ctx.liveness.identity import is_descendant_of

    owner = refused.facts["pid"]
    if not isinstance(owner, int) or not is_descendant_of(owner):
        return None
    from jarvis_ctx.sidecar.participant import Participant

    manager = Participant(**chosen)
    table.add(manager)
    return manager


def _warn(error: AlreadyRunning) -> None:
    sentence = f"Calls are NOT captured and a crash will lose them: {error}"
    log.error("%s", sentence)
    warnings.warn(sentence, RuntimeWarning, stacklevel=6)
