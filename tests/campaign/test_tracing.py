"""What a program asked of the system is read from a record as it happened, whatever its threads did side by side."""

from __future__ import annotations

from pathlib import Path

from tests.campaign import tracing
from tests.campaign.tracing import Names, Write


def hexed(text: str) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in text.encode()) + '"'


def test_a_descriptor_belongs_to_who_opens_it_while_its_close_has_not_returned(tmp_path: Path) -> None:
    log, root = tmp_path / "strace", tmp_path / "root"
    old, new = hexed(f"{root}/old"), hexed(f"{root}/new")
    log.write_text(
        f"10 openat(AT_FDCWD, {old}, O_RDWR|O_CREAT, 0600) = 5\n"
        "10 close(5 <unfinished ...>\n"
        f"11 openat(AT_FDCWD, {new}, O_RDWR|O_CREAT, 0600) = 5\n"
        "10 <... close resumed>) = 0\n"
        f"11 pwrite64(5, {hexed('a')}, 1, 0) = 1\n"
    )

    trace = tracing.read(log, root, tmp_path / "said")

    named = {path: file for op in trace.ops if isinstance(op, Names) for path, file in op.names.items()}
    assert [(op.file, op.data) for op in trace.ops if isinstance(op, Write)] == [(named["new"], b"a")]
