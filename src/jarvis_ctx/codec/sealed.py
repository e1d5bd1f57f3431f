"""Bytes that only the holder of a key can read or change: AES-256-GCM, each bound to the place it was made for."""

from __future__ import annotations

import os
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.codec import compress
from jarvis_ctx.errors import BadEncryptionKey, CorruptData, TooLarge, WrongEncryptionKey

MAGIC = b"JSE1"
ALGORITHM = 1
"""AES-256-GCM: a nonce of 12 bytes, a tag of 16."""
PLAIN, ZSTD = 0, 1
HEAD, NONCE, TAG = 22, 12, 16
"""Bytes: magic 4, algorithm 1, compression 1, key id 8, store id 8; then the nonce; at the end the tag."""
KEY, ID = 32, 8
MARK = "$sealed"
PLAIN_DATA = "it is plain, and encryption is on"
OPENING = b'{"$sealed":"'
SEEN = {MARK, "$value", "bytes"}
"""A sealed reference to a side file, and beside it the reference itself."""
WORTH_IT = 4096
"""Bytes from which on data is compressed before it is sealed."""
LIMIT = 1024 * 1024 * 1024


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A root key from outside: what seals is derived from it, for each store and purpose anew."""

    id: bytes
    root: bytes

    def __repr__(self) -> str:
        return f"Key({self.id.hex()})"


def key_of(root: bytes) -> Key:
    """The key of 32 bytes; its id is derived from it and gives nothing of it away."""
    return Key(id=_derived(root, b"", b"jarvis-ctx key id", ID), root=root)


class Seals:
    """One store's keys: the first seals, each of them opens. Safe in any thread and after a fork.

    Every purpose and scope (a writer) has a key of its own, derived with HKDF-SHA256 from the root key and the store's
    id, so no key seals more than one writer's events: far fewer than the 2^32 that random nonces allow.
    """

    def __init__(self, keys: Sequence[Key], store: bytes, *, plain: bool = False) -> None:
        """`plain`: what is not sealed is ours, too, as long as a store is on its way to being encrypted, or back."""
        self.plain = plain
        self._keys = {key.id: key for key in keys}
        self._first, self.store = keys[0], store
        self._cipher = lru_cache(maxsize=256)(self._made)

    @property
    def key(self) -> str:
        """The id of the key that seals."""
        return self._first.id.hex()

    @property
    def known(self) -> list[str]:
        """The ids of all keys, the one that seals first."""
        return [id.hex() for id in self._keys]

    def seal(self, data: bytes, purpose: str, scope: str = "", place: bytes = b"") -> bytes:
        """`data`, compressed where that is worth it, then sealed for this purpose, scope and place alone."""
        form = ZSTD if len(data) >= WORTH_IT else PLAIN
        head = MAGIC + bytes((ALGORITHM, form)) + self._first.id + self.store
        nonce = os.urandom(NONCE)
        inner = compress.compress(data) if form == ZSTD else data
        cipher = self._cipher(self._first.id, purpose, scope)
        closed: bytes = cipher.encrypt(nonce, inner, _bound(head, purpose, place))
        return head + nonce + closed

    def open(self, data: bytes, what: str, purpose: str, scope: str = "", place: bytes = b"") -> bytes:
        """What was sealed for the same purpose, scope and place.

        Raises `WrongEncryptionKey` when its key is not ours, and `CorruptData` for what is not sealed, when a bit of
        it was changed, and when it was made for another place or store.
        """
        head, nonce, inner = data[:HEAD], data[HEAD : HEAD + NONCE], data[HEAD + NONCE :]
        if head[:4] != MAGIC:
            if self.plain:
                return data
            raise CorruptData(what=what, reason=PLAIN_DATA)
        if len(inner) < TAG or head[4] != ALGORITHM or head[5] not in (PLAIN, ZSTD):
            raise CorruptData(what=what, reason="it is sealed in a way this version does not know, or cut off")
        key, store = head[6:14], head[14:HEAD]
        if store != self.store:
            raise CorruptData(what=what, reason="it was sealed for another store")
        if key not in self._keys:
            raise WrongEncryptionKey(what=what, key=key.hex(), known=", ".join(self.known))
        opened = self._opened(key, purpose, scope, nonce, inner, _bound(head, purpose, place))
        if opened is None:
            raise CorruptData(what=what, reason="it does not open: it was changed, or made for another place")
        return _unpacked(opened, what) if head[5] == ZSTD else opened

    def seal_json(self, data: bytes, purpose: str, scope: str = "", place: bytes = b"") -> bytes:
        """As `seal`, for where JSON is expected: an object of one key."""
        return OPENING + b2a_base64(self.seal(data, purpose, scope, place), newline=False) + b'"}'

    def open_json(self, body: Any, what: str, purpose: str, scope: str = "", place: bytes = b"") -> bytes:
        """What `seal_json` was given, from the object it made; raises as `open`."""
        if not is_sealed(body):
            if self.plain:
                return msgspec.json.encode(body)
            raise CorruptData(what=what, reason=PLAIN_DATA)
        try:
            data = a2b_base64(body[MARK], strict_mode=True)
        except (NotBase64, ValueError, TypeError) as error:
            raise CorruptData(what=what, reason="it is sealed, and no longer base64") from error
        return self.open(data, what, purpose, scope, place)

    def _opened(self, key: bytes, purpose: str, scope: str, nonce: bytes, inner: bytes, bound: bytes) -> bytes | None:
        from cryptography.exceptions import InvalidTag

        try:
            return bytes(self._cipher(key, purpose, scope).decrypt(nonce, inner, bound))
        except InvalidTag:
            return None

    def _made(self, key: bytes, purpose: str, scope: str) -> Any:
        try:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        except ImportError as error:
            reason = "it needs the package cryptography: pip install 'jarvis-ctx[encryption]'"
            raise BadEncryptionKey(source="encryption_key", reason=reason) from error
        info = b"jarvis-ctx aes-256-gcm|" + purpose.encode() + b"|" + scope.encode()
        return AESGCM(_derived(self._keys[key].root, self.store, info, KEY))


def is_sealed(body: Any) -> bool:
    """Whether a JSON value is what `seal_json` makes, or that and what may be seen of it."""
    return type(body) is dict and MARK in body and (len(body) == 1 or (len(body) == 3 and body.keys() == SEEN))


def opened(seals: Seals, text: bytes, what: str, purpose: str, place: bytes) -> bytes:
    """What `seal_json` was given, from its text; plain JSON raises `CorruptData`."""
    if seals.plain and not text.startswith(OPENING):
        return text
    body = decoding.plain(text) if text.startswith(OPENING) else None
    return seals.open_json(body, what, purpose, place=place)


def place_of(payload: bytes) -> bytes | None:
    """What stands before a sealed value at the end of a JSON array; None where none stands there."""
    cut = payload.rfind(b"," + OPENING)
    return payload[:cut] if cut >= 0 else None


def heading(data: bytes | str) -> tuple[str, bytes] | None:
    """Key id and store id of the first sealed value in JSON text, unverified; None where there is none."""
    text = data.encode() if isinstance(data, str) else data
    start = text.find(OPENING)
    if start < 0:
        return None
    try:
        head = a2b_base64(text[start + len(OPENING) :][:32])
    except NotBase64:
        return None
    return (head[6:14].hex(), head[14:HEAD]) if head[:4] == MAGIC else None


def _bound(head: bytes, purpose: str, place: bytes) -> bytes:
    return b"|".join((head, purpose.encode(), place))


def _derived(root: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """HKDF-SHA256 (RFC 5869) of at most 32 bytes: one round."""
    import hmac
    from hashlib import sha256

    extracted = hmac.digest(salt or bytes(32), root, sha256)
    return hmac.digest(extracted, info + b"\x01", sha256)[:length]


def _unpacked(data: bytes, what: str) -> bytes:
    try:
        return compress.decompress(data, LIMIT)
    except TooLarge as error:
        raise CorruptData(what=what, reason=str(error)) from error
