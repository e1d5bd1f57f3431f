"""Tokens: made once, kept as hashes, private, and changed without a restart."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from jarvis_ctx.errors import CorruptData, UnknownToken, UnsafeFolder
from jarvis_ctx.web.tokens import HASHES, OURS, Tokens, covers
from tests.fakes import FakeClock


@pytest.fixture
def tokens(store_path: Path) -> Tokens:
    return Tokens(store_path, FakeClock())


def test_the_first_token_is_made_once_and_has_256_bits(tokens: Tokens) -> None:
    made = {tokens.ensure(), tokens.ensure(), tokens.show()}

    assert len(made) == 1
    assert len(made.pop() or "") == len("jctx_") + 43


def test_its_files_are_private_and_the_server_keeps_no_token(tokens: Tokens, store_path: Path) -> None:
    secret = tokens.ensure()

    assert {stat.S_IMODE((store_path / name).stat().st_mode) for name in (OURS, HASHES)} == {0o600}
    assert secret not in (store_path / HASHES).read_text()


def test_a_change_by_another_process_counts_at_once(tokens: Tokens, store_path: Path) -> None:
    secret = tokens.ensure()
    first = tokens.check(secret)

    Tokens(store_path, FakeClock()).rotate()

    assert first is not None
    assert tokens.check(secret) is None


def test_a_token_ends_when_it_was_to_end(store_path: Path) -> None:
    clock = FakeClock()
    tokens = Tokens(store_path, clock)
    made, secret = tokens.add("read", expires=clock.wall() + 1_000_000)

    before = tokens.check(secret)
    clock.advance(1)

    assert before == made
    assert tokens.check(secret) is None


def test_a_token_is_revoked_by_id_or_label(tokens: Tokens) -> None:
    by_id, one = tokens.add("read")
    _, other = tokens.add("write", "grafana")

    tokens.revoke(by_id.id)
    tokens.revoke("grafana")

    assert (tokens.check(one), tokens.check(other)) == (None, None)
    with pytest.raises(UnknownToken, match=r"did you mean grafana\?"):
        tokens.revoke("grafanna")


def test_a_token_that_others_could_read_is_not_trusted(tokens: Tokens, store_path: Path) -> None:
    tokens.ensure()
    (store_path / OURS).chmod(0o644)

    with pytest.raises(UnsafeFolder):
        tokens.show()


def test_damaged_hashes_are_named_and_rotating_begins_anew(tokens: Tokens, store_path: Path) -> None:
    tokens.ensure()
    (store_path / HASHES).write_bytes(b"{")

    with pytest.raises(CorruptData):
        tokens.all()
    assert tokens.check(tokens.rotate()) is not None


def test_a_lost_token_file_makes_a_new_token_and_the_old_one_opens_nothing(tokens: Tokens, store_path: Path) -> None:
    lost = tokens.ensure()
    (store_path / OURS).unlink()

    found = tokens.ensure()

    assert found != lost
    assert tokens.check(lost) is None


def test_tokens_made_at_the_same_time_are_all_kept(store_path: Path) -> None:
    threads = [threading.Thread(target=lambda: Tokens(store_path, FakeClock()).add("read")) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(Tokens(store_path, FakeClock()).all()) == 8


def test_each_scope_may_what_those_before_it_may() -> None:
    assert [covers("write", wanted) for wanted in ("read", "write", "admin")] == [True, True, False]
