"""The sidecar as a person constructs it: everything attached later in this process joins it."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

from jarvis_ctx import sidecar
from jarvis_ctx.attach import table

if TYPE_CHECKING:
    from jarvis_ctx.attach.serving import Serving
    from jarvis_ctx.sidecar.ending import Part


class JarvisContextManager(sidecar.JarvisContextManager):
    __doc__ = sidecar.JarvisContextManager.__doc__

    _serving: Serving | None = None

    def __init__(self, path: str | PathLike[str] | None = None, *, name: str | None = None, **settings: Any) -> None:
        super().__init__(path, name=name, **settings)
        table.add(self)
        if self.settings.serve:
            from jarvis_ctx.attach.serving import Serving  # Only whoever serves pays for it.

            self._serving = Serving(self)

    def _parts(self, ending: str, dying: bool) -> list[Part]:
        parts = super()._parts(ending, dying)
        return (
            parts
            if self._serving is None
            else [*parts[:4], ("The API is still served", self._serving.stop), *parts[4:]]
        )
