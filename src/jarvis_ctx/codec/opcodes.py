"""Which instructions a pickle has: those that pickling data in protocol 5 writes, whole, and no others."""

from __future__ import annotations

import pickle

from jarvis_ctx.errors import CorruptData, NotOurs

WHAT = "A pickle"
START = pickle.PROTO + bytes([5])
STOP = pickle.STOP[0]

WITHOUT_ARGUMENT = (
    *(pickle.MARK, pickle.STOP, pickle.POP, pickle.POP_MARK, pickle.MEMOIZE),
    *(pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE),
    *(pickle.EMPTY_TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3, pickle.TUPLE),
    *(pickle.EMPTY_LIST, pickle.APPEND, pickle.APPENDS),
    *(pickle.EMPTY_DICT, pickle.SETITEM, pickle.SETITEMS),
    *(pickle.EMPTY_SET, pickle.ADDITEMS, pickle.FROZENSET),
    *(pickle.STACK_GLOBAL, pickle.REDUCE, pickle.BUILD, pickle.NEWOBJ, pickle.NEWOBJ_EX),
)
ARGUMENT_BYTES = {code[0]: 0 for code in WITHOUT_ARGUMENT} | {
    pickle.BININT1[0]: 1,
    pickle.BININT2[0]: 2,
    pickle.BININT[0]: 4,
    pickle.BINFLOAT[0]: 8,
    pickle.BINGET[0]: 1,
    pickle.LONG_BINGET[0]: 4,
    pickle.FRAME[0]: 8,
}
LENGTH_BYTES = {
    pickle.LONG1[0]: 1,
    pickle.LONG4[0]: 4,
    pickle.SHORT_BINUNICODE[0]: 1,
    pickle.BINUNICODE[0]: 4,
    pickle.BINUNICODE8[0]: 8,
    pickle.SHORT_BINBYTES[0]: 1,
    pickle.BINBYTES[0]: 4,
    pickle.BINBYTES8[0]: 8,
    pickle.BYTEARRAY8[0]: 8,
}
"""Instructions followed by the length of what follows them, little-endian."""


def check(data: bytes) -> None:
    """Raise `NotOurs` for an instruction that is not listed here, `CorruptData` for a pickle cut short or too long.

    So no persistent ids, no extension registry, no text protocol, no out-of-band buffers, no memo slots out of turn,
    and no length beyond the data, whose bytes would be reserved before they are missed.
    """
    if data[:2] != START:
        raise NotOurs(what=WHAT, reason="it is not a pickle of protocol 5")
    position, code, end = len(START), -1, len(data)
    while code != STOP and position < end:
        code = data[position]
        position += 1
        if code in ARGUMENT_BYTES:
            position += ARGUMENT_BYTES[code]
        elif code in LENGTH_BYTES:
            after = position + LENGTH_BYTES[code]
            position = after + int.from_bytes(data[position:after], "little")
        else:
            raise NotOurs(what=WHAT, reason=f"it has the instruction 0x{code:02x} at byte {position - 1}")
    if code != STOP or position != end:
        raise CorruptData(what=WHAT, reason="it does not end where its bytes end")
