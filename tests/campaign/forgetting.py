"""A file system with a power switch that forgets what was not synced, mounted through FUSE by a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from tests.campaign import filesystem


def missing() -> str | None:
    """Why it cannot be mounted here, if it cannot."""
    if os.geteuid() != 0:
        return "only root can mount a file system"
    if not Path("/dev/fuse").exists():
        return "the system has no FUSE"
    try:
        import_module("mfusepy")
    except (ImportError, OSError) as error:  # OSError: the library that it binds is not there.
        return f"no FUSE: {error}"
    return None


class ForgetfulDisk:
    """Empty, and mounted at `place`."""

    kind = "forgetful"

    def __init__(self, folder: Path) -> None:
        self.place, self._synced = folder / "mounted", folder / "synced"
        self.place.mkdir()
        self._synced.mkdir()
        self.mount()

    def mount(self) -> None:
        command = [sys.executable, "-m", "tests.campaign.forgetful", str(self.place), str(self._synced)]
        self._server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._server.stdout is not None
        with self._server.stdout as said:
            if said.readline() != "mounted\n":
                raise OSError(f"{self.place} was not mounted: it ended with {self._server.wait()}")

    def cut(self) -> None:
        """What was not synced is gone with the process that had it; whoever still writes gets an error."""
        self._server.kill()
        self._server.wait()

    def again(self) -> None:
        """Mount what was synced."""
        self.remove()
        self.mount()

    def remove(self) -> None:
        """Unmount it, whether its power is cut or not."""
        self.cut()
        subprocess.run(["umount", "--lazy", str(self.place)], check=True)


@contextmanager
def mounted(folder: Path) -> Iterator[ForgetfulDisk]:
    """Such a disk in `folder`; the player's children are ended before it goes."""
    with filesystem.kept(lambda: ForgetfulDisk(folder)) as made:
        yield made
