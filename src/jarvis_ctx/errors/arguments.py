"""Arguments and settings that are not what the call accepts."""

from __future__ import annotations

from jarvis_ctx.errors.root import JarvisError


class BadValue(JarvisError, ValueError):
    """An argument outside what the call accepts."""

    sentence = "{name} is {value!r}, expected {expected}."


class UnknownSetting(JarvisError, ValueError):
    """A setting, from an argument, the environment or the configuration file, that does not exist."""

    sentence = "There is no setting {name!r}, from {source}{hint}."


class BadSetting(JarvisError, ValueError):
    """A setting whose value is not acceptable."""

    sentence = "Setting {name} is {value!r} from {source}, expected {expected}."


class UnknownMethod(JarvisError, AttributeError):
    """A decorator argument names a method the class does not have."""

    sentence = "{argument}= names {method!r}, which {owner} does not have{hint}."
