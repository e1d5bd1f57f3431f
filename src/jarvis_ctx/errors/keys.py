"""Encryption keys: missing, wrong, unusable."""

from __future__ import annotations

from jarvis_ctx.errors.root import JarvisError


class EncryptionKeyMissing(JarvisError):
    """A sealed store was opened without a key."""

    sentence = "{path} is encrypted and no key was given; name its source with encryption_key or JARVIS_ENCRYPTION_KEY."


class WrongEncryptionKey(JarvisError):
    """Data was sealed with a key that is not among those that were given."""

    sentence = "{what} is sealed with key {key}; given were {known}. Add that key behind the one that is to seal."


class BadEncryptionKey(JarvisError, ValueError):
    """The source that `encryption_key` names gives no usable key."""

    sentence = "The encryption key from {source} cannot be used: {reason}."
