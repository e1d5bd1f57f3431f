"""A backup read back, from a folder or an archive: nothing of it is believed before its digest is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jarvis_ctx.backup import files, manifest, names
from jarvis_ctx.backup.manifest import LONGEST, Manifest, Member
from jarvis_ctx.backup.packing import Packed
from jarvis_ctx.codec.streams import unpacking
from jarvis_ctx.disk.progress import Progress
from jarvis_ctx.errors import CorruptData, TooLarge

Take = Callable[[str, Iterator[bytes]], Member]
"""Does with a file's bytes what is to be done, and says what they were."""
Contents = Iterator[tuple[str, Iterator[bytes]]]


@contextmanager
def opened(source: Path) -> Iterator[tuple[Manifest, Contents]]:
    """The manifest and then the files, in the archive's order. Raises `CorruptData`, `TooLarge`, `OSError`."""
    if source.is_dir():
        with files.opened(source / names.MANIFEST) as file:
            data = file.read(LONGEST + 1)
        if len(data) > LONGEST:
            raise TooLarge(what=f"The manifest of {source}", size=len(data), limit=LONGEST)
        said = manifest.decode(data, str(source))
        yield said, _in_folder(source, said)
        return
    with files.opened(source) as packed, unpacking(packed) as spring:
        archive = Packed(spring, str(source))
        said = manifest.decode(archive.manifest(), str(source))
        yield said, archive.members({member.path: member.bytes for member in said.files})


def _in_folder(source: Path, said: Manifest) -> Contents:
    for member in said.files:
        if (source / member.path).parent.is_symlink():
            raise CorruptData(what=str(source), reason=f"{member.path} lies behind a symbolic link")
        with files.opened(source / member.path) as file:
            yield member.path, _bounded(file.read, member)


def _bounded(read: Callable[[int], bytes], member: Member) -> Iterator[bytes]:
    """No more of a file than it should have, and one byte that shows that it has more."""
    left = member.bytes + 1
    while left and (data := read(min(left, files.CHUNK))):
        yield data
        left -= len(data)


def through(said: Manifest, contents: Contents, source: Path, take: Take, progress: Progress) -> None:
    """Hand every file to `take`. Raises `CorruptData` for the first that is not what the manifest says."""
    expected, done = {member.path: member for member in said.files}, 0
    for name, data in contents:
        member = expected.pop(name, None)
        if member is None:
            raise CorruptData(what=str(source), reason=f"it holds {name!r} twice")
        if take(name, data) != member:
            raise CorruptData(what=str(source / name), reason="its bytes do not have the digest of the manifest")
        done += member.bytes
        progress(done, said.bytes)
    if expected:
        raise CorruptData(what=str(source), reason=f"it lacks {min(expected)}")
