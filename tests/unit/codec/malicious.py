"""Pickles that try to run code, to escape the allowlist or to exhaust the machine, made by hand."""

from __future__ import annotations

START = b"\x80\x05"
CANARY = "tests.unit.codec.canary"
EXTENSION = 0x77
"""A code under which a test registers the canary with `copyreg`."""


def text(words: str) -> bytes:
    data = words.encode("utf-8", "surrogatepass")
    return b"X" + len(data).to_bytes(4, "little") + data


def named(module: str, name: str) -> bytes:
    return text(module) + text(name) + b"\x93"


def called(module: str, name: str, argument: str = "canary") -> bytes:
    return START + named(module, name) + text(argument) + b"\x85R."


SING = named(CANARY, "sing")
SINGER = named(CANARY, "Singer")

NAMES = [
    *[(CANARY, "sing"), (CANARY, "Singer"), ("os", "system"), ("posix", "system"), ("os", "popen"), ("os", "execv")],
    *[("builtins", name) for name in ("eval", "exec", "compile", "__import__", "open", "getattr", "setattr", "vars")],
    *[("builtins", name) for name in ("type", "object", "map", "filter", "globals", "breakpoint", "super", "property")],
    *[("__builtin__", "eval"), ("__builtin__", "set"), ("copy_reg", "_reconstructor"), ("copyreg", "_reconstructor")],
    *[("copyreg", "__newobj__"), ("copyreg", "add_extension"), ("subprocess", "Popen"), ("subprocess", "call")],
    *[
        ("pty", "spawn"),
        ("runpy", "run_path"),
        ("importlib", "import_module"),
        ("ctypes", "CDLL"),
        ("code", "interact"),
    ],
    *[
        ("pickle", "loads"),
        ("_pickle", "loads"),
        ("marshal", "loads"),
        ("types", "FunctionType"),
        ("types", "CodeType"),
    ],
    *[("functools", "partial"), ("operator", "attrgetter"), ("operator", "methodcaller"), ("itertools", "starmap")],
    *[("timeit", "timeit"), ("shutil", "rmtree"), ("socket", "socket"), ("webbrowser", "open"), ("logging", "Logger")],
    *[("asyncio", "run"), ("threading", "Thread"), ("io", "FileIO"), ("io", "open"), ("weakref", "finalize")],
    # Ways through a name that is allowed.
    *[("logging", "os.getpid"), ("logging", "os.system"), ("uuid", "os.system"), ("pathlib", "os.system")],
    *[
        ("collections", "_sys.exit"),
        ("fractions", "sys.exit"),
        ("decimal", "_decimal.Context"),
        ("datetime", "sys.exit"),
    ],
    *[("builtins", "dict.__class__"), ("builtins", "int.__subclasses__"), ("builtins", "str.format")],
    *[("zoneinfo", "ZoneInfo._unpickle"), ("zoneinfo", "ZoneInfo.from_file"), ("pathlib", "Path.unlink")],
    *[("collections", "OrderedDict.__init__.__globals__"), ("datetime", "datetime.fromisoformat"), ("pathlib", "Path")],
    # Names that are nearly allowed.
    *[("Builtins", "set"), ("builtins ", "set"), ("builtins", "set\n"), ("builtins\0", "set"), ("", "set"), ("", "")],
    *[("buıltins", "set"), ("оs", "system"), ("builtins", "sеt"), ("builtins", "\ud800"), ("\udfff", "set")],
    *[
        ("builtins.set", ""),
        ("", "builtins.set"),
        ("builtins", ".set"),
        ("collections.abc", "deque"),
        ("x" * 10_000, "y"),
    ],
    *[("_collections", "deque"), ("_decimal", "Decimal"), ("_datetime", "datetime"), ("os\nsystem", "x")],
]
"""Modules and names of what may not be had, asked for as `STACK_GLOBAL` in protocol 5 and called."""

PICKLES = {
    "protocol 0, text GLOBAL": b"c" + CANARY.encode() + b"\nsing\n(S'x'\ntR.",
    "protocol 0 of os.system": b"cos\nsystem\n(S'true'\ntR.",
    "protocol 1": b"c" + CANARY.encode() + b"\nsing\n(U\x01xtR.",
    "protocol 2": b"\x80\x02c" + CANARY.encode() + b"\nsing\n\x85R.",
    "protocol 4": b"\x80\x04" + SING + b")R.",
    "protocol 4 of plain data": b"\x80\x04].",
    "protocol 6": b"\x80\x06" + SING + b")R.",
    "a second protocol": START + b"\x80\x02" + SING + b")R.",
    "GLOBAL in protocol 5": START + b"c" + CANARY.encode() + b"\nsing\n)R.",
    "GLOBAL with a name that is not ASCII": START + b"c\xd0\xbes\nsystem\n)R.",
    "GLOBAL without an end": START + b"cos",
    "INST": START + b"(S'x'\ni" + CANARY.encode() + b"\nSinger\n.",
    "OBJ": START + b"(" + SINGER + b"o.",
    "OBJ of an allowed class": START + b"(" + named("builtins", "dict") + b"o.",
    "EXT1": START + bytes([0x82, EXTENSION]) + b")R.",
    "EXT2": START + bytes([0x83, EXTENSION, 0]) + b")R.",
    "EXT4": START + bytes([0x84, EXTENSION, 0, 0, 0]) + b")R.",
    "PERSID": START + b"P" + CANARY.encode() + b"\n.",
    "BINPERSID": START + text(CANARY) + b"Q.",
    "NEXT_BUFFER": START + b"\x97.",
    "READONLY_BUFFER": START + b"\x97\x98.",
    "DUP": START + b"]2.",
    "STRING": START + b"S'\\x00'\n.",
    "INT": START + b"I01\n.",
    "LONG in text": START + b"L" + b"9" * 5000 + b"L\n.",
    "FLOAT in text": START + b"F1e999\n.",
    "UNICODE in text": START + b"V\\ud800\n.",
    "PUT and GET": START + b"]p0\ng0\n.",
    "a memo slot of 2 billion": START + b"]r\xff\xff\xff\x7f.",
    "a memo slot in text": START + b"]p99999999999\n.",
    "an unknown instruction": START + b"\xff.",
    "BUILD of the canary": START + SINGER + b")\x81}b.",
    "BUILD that plants __setstate__": START
    + named("fractions", "Fraction")
    + b")\x81}"
    + text("__setstate__")
    + SING
    + b"sb.",
    "BUILD of a class": START + named("datetime", "datetime") + b"N}" + text("now") + SING + b"s\x86b.",
    "BUILD of a builtin class": START + named("collections", "OrderedDict") + b"}" + text("x") + b"K\x01sb.",
    "BUILD of slots of a builtin class": START + named("builtins", "set") + b"N}" + text("x") + b"K\x01s\x86b.",
    "BUILD of a number": START + b"K\x01}b.",
    "NEWOBJ of the canary": START + SINGER + b")\x81.",
    "NEWOBJ of no class": START + b"K\x01)\x81.",
    "NEWOBJ_EX of the canary": START + SINGER + b")}\x92.",
    "NEWOBJ_EX of Popen": START
    + named("subprocess", "Popen")
    + text("true")
    + b"\x85}"
    + text("shell")
    + b"\x88s\x92.",
    "NEWOBJ_EX with odd arguments": START + named("builtins", "dict") + b"K\x01K\x02\x92.",
    "REDUCE of text": START + text("os.system") + b")R.",
    "REDUCE with a list": START + named("builtins", "set") + b"]R.",
    "the canary in a list": START + b"]" + SING + b"a.",
    "the canary as a factory": START + named("collections", "defaultdict") + SING + b"\x85R.",
    "the canary behind the memo": START + SING + b"\x940h\x00)R.",
    "APPENDS to the canary": START + SINGER + b")\x81(K\x01e.",
    "SETITEMS of the canary": START + SINGER + b")\x81(K\x01K\x02u.",
    "ADDITEMS to the canary": START + SINGER + b")\x81(K\x01\x90.",
    "ADDITEMS to a class": START + named("builtins", "set") + b"(K\x01\x90.",
    "names that are numbers": START + b"K\x01K\x02\x93.",
    "names that are bytes": START + b"C\x02osC\x06system\x93.",
    "names that are nothing": START + b"NN\x93.",
    "BINBYTES8 of a tebibyte": START + b"\x8e" + (2**40).to_bytes(8, "little") + b"x.",
    "BINUNICODE8 of a tebibyte": START + b"\x8d" + (2**40).to_bytes(8, "little") + b"x.",
    "BYTEARRAY8 of a tebibyte": START + b"\x96" + (2**40).to_bytes(8, "little") + b"x.",
    "BYTEARRAY8 of all bytes there could be": START + b"\x96" + b"\xff" * 8 + b"x.",
    "BINBYTES of 4 gibibytes": START + b"B\xff\xff\xff\xffx.",
    "LONG4 of 2 gibibytes": START + b"\x8b\xff\xff\xff\x7fx.",
    "LONG4 of less than nothing": START + b"\x8b\xff\xff\xff\xffx.",
    "FRAME of an exbibyte": START + b"\x95" + (2**60).to_bytes(8, "little") + b"N.",
    "nothing": b"",
    "the start alone": START,
    "STOP alone": START + b".",
    "something after STOP": START + b"N.N",
    "two pickles": START + b"N." + START + SING + b")R.",
    "no STOP": START + b"N",
    "STOP inside a text": START + b"X\x05\x00\x00\x00abc.",
    "no MARK": START + b"t.",
    "an empty stack": START + b"0.",
    "a memo slot that is not there": START + b"h\x05.",
    "a list as a key": START + b"}]Ns.",
    "a list in a set": START + b"\x8f(]\x90.",
    "text that is not UTF-8": START + b"\x8c\x01\xff.",
    "a moment of odd bytes": START + named("datetime", "datetime") + b"C\x0a" + b"\xff" * 10 + b"\x85R.",
    "a decimal of no number": START + named("decimal", "Decimal") + text("x") + b"\x85R.",
    "a fraction by zero": START + named("fractions", "Fraction") + b"K\x01K\x00\x86R.",
    "a zone outside the zones": START + named("zoneinfo", "ZoneInfo") + text("../../etc/passwd") + b"\x85R.",
    "a bytearray of an exbibyte": START
    + named("builtins", "bytearray")
    + b"\x8a\x08"
    + (2**60).to_bytes(8, "little")
    + b"\x85R.",
}
"""By name; none may be loaded, and none may make the canary sing."""
