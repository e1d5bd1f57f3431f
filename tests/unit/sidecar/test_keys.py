"""Encryption keys come from outside, and no message shows one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jarvis_ctx import settings
from jarvis_ctx.codec.sealed import key_of
from jarvis_ctx.errors import BadEncryptionKey, BadSetting
from jarvis_ctx.sidecar.keys import fetch

HEX = "00" * 31 + "01"
BASE64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def test_keys_come_from_a_variable_a_file_or_a_command(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f"{BASE64}\n{HEX}\n")
    expected = [key_of(bytes(range(32))), key_of(bytes.fromhex(HEX))]

    assert fetch("env:K", tmp_path / "store", {"K": f"{BASE64},{HEX}"}) == expected
    assert fetch(f"file:{tmp_path / 'keys'}", tmp_path / "store", {}) == expected
    assert fetch(f"command:{sys.executable} -c 'print(\"{BASE64} {HEX}\")'", tmp_path / "store", {}) == expected


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("env:NONE", "no such variable"),
        ("env:EMPTY", "nothing in it"),
        ("env:SHORT", "32 bytes as base64 or hex"),
        ("file:/nowhere/keys", "No such file"),
        ("command:/nowhere/give", "did not run"),
        ("command:false", "exit code 1"),
    ],
)
def test_a_source_that_gives_no_key_is_an_error_without_what_it_gave(source: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(BadEncryptionKey, match=reason) as caught:
        fetch(source, tmp_path, {"EMPTY": " ", "SHORT": "UExBTlRFRA=="})

    assert "UExBTlRFRA" not in str(caught.value)


def test_a_key_beside_what_it_opens_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(HEX)

    with pytest.raises(BadEncryptionKey, match="in the store's own folder"):
        fetch(f"file:{tmp_path / 'keys'}", tmp_path, {})


def test_a_key_given_in_the_place_of_its_source_is_not_shown() -> None:
    with pytest.raises(BadSetting) as caught:
        settings.load({"encryption_key": HEX})

    assert HEX not in str(caught.value)
