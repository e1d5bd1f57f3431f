"""How a process ended that is no child of ours: Linux tells it since 6.15, to whoever has held it by a pidfd."""

from __future__ import annotations

import ctypes
import struct
import sys

PIDFD_GET_INFO = 0xC040FF0B
"""`_IOWR(0xFF, 11, struct pidfd_info)`, in its first version of 64 bytes (linux/pidfd.h)."""
INFO_EXIT = 1 << 3
_INFO = struct.Struct("=QQ11Ii")
"""Mask, control group, eleven ids, and the status as `wait` gives it."""


def wait_status(descriptor: int) -> int | None:
    """The wait status of a process that has ended; None where the kernel does not say."""
    if sys.platform != "linux":
        return None
    asked = ctypes.create_string_buffer(_INFO.pack(INFO_EXIT, *[0] * 13), _INFO.size)
    if ctypes.CDLL(None).ioctl(descriptor, ctypes.c_ulong(PIDFD_GET_INFO), asked) != 0:
        return None
    told = _INFO.unpack(asked.raw)
    return int(told[-1]) if told[0] & INFO_EXIT else None
