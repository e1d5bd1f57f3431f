"""The sidecar as a person constructs it: everything attached later in this process joins it."""

from __future__ import annotations

from os import PathLike
from typing import Any

from jarvis_ctx import sidecar
from jarvis_ctx.attach import table


class JarvisContextManager(sidecar.JarvisContextManager):
    __doc__ = sidecar.JarvisContextManager.__doc__

    def __init__(self, path: str | PathLike[str] | None = None, *, name: str | None = None, **settings: Any) -> None:
        super().__init__(path, name=name, **settings)
        table.add(self)
