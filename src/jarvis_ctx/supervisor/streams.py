"""The output of a command: standard error always by way of a spool, standard output only where there is a log."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from jarvis_ctx.supervisor.orders import Orders
from jarvis_ctx.supervisor.rotated import Rotated
from jarvis_ctx.supervisor.spool import Spool


class Streams:
    """Passes on what the command writes, and keeps its last lines."""

    def __init__(self, orders: Orders) -> None:
        self._log = Rotated(orders.log_file) if orders.log_file is not None else None
        copy = self._log.write if self._log is not None else None
        place = orders.folder / f"supervised-{orders.name}"
        self._spools = {2: Spool(place.with_name(f"{place.name}.stderr"), 2, copy)}
        if copy is not None:
            self._spools[1] = Spool(place.with_name(f"{place.name}.stdout"), 1, copy)

    @contextmanager
    def for_command(self) -> Iterator[dict[int, int]]:
        """New files for a new command, as descriptors by the number they get there."""
        outputs = {number: spool.begin() for number, spool in self._spools.items()}
        try:
            yield outputs
        finally:
            for descriptor in outputs.values():
                os.close(descriptor)

    def resume(self) -> None:
        """Go on with the output of a command that another supervisor has started."""
        for spool in self._spools.values():
            spool.resume()

    def forward(self) -> None:
        """Pass on what there is."""
        for spool in self._spools.values():
            spool.forward()

    def last_lines(self) -> list[str]:
        """The last lines of standard error."""
        return self._spools[2].last_lines()

    def end(self, *, remove: bool) -> None:
        """Let go of the files; `remove` them when nobody writes any more."""
        self.forward()
        for spool in self._spools.values():
            if remove:
                spool.remove()
            else:
                spool.close()
        if self._log is not None:
            self._log.close()
