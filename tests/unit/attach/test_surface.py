"""The public surface: small, and free until it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import jarvis_ctx

HEAVY = "asyncio apscheduler click flask inspect psutil pydantic rich sqlite3 wrapt yaml zstandard"


def loaded_by(code: str, *, among: str) -> str:
    program = f"import sys\n{code}\nprint(*sorted(name for name in {among.split()!r} if name in sys.modules))"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_every_public_name_is_there_and_others_are_not() -> None:
    found = {name: getattr(jarvis_ctx, name) for name in jarvis_ctx.__all__}

    assert all(found.values())
    assert dir(jarvis_ctx) == sorted(jarvis_ctx.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        jarvis_ctx.nothing  # noqa: B018 - that is the point


def test_the_stub_for_type_checkers_names_what_the_module_has() -> None:
    stub = ast.parse(Path(jarvis_ctx.__file__).with_suffix(".pyi").read_text("utf-8"))

    imported = {alias.asname for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}

    assert imported | {"__version__"} == set(jarvis_ctx.__all__)


def test_importing_the_package_imports_nothing_else() -> None:
    loaded = loaded_by("import jarvis_ctx", among=f"{HEAVY} msgspec jarvis_ctx.errors jarvis_ctx.attach")

    assert loaded == ""


def test_decorating_a_class_imports_nothing_heavy() -> None:
    code = "from jarvis_ctx import integrate_context_manager, context_of, durable_step\n@integrate_context_manager\n"

    code += "class Orchestrator:\n    def assign_task(self, task): ..."
    heavy = HEAVY.replace("inspect ", "")  # which msgspec itself imports, where typing_extensions is installed

    loaded = loaded_by(code, among=f"{heavy} jarvis_ctx.sidecar")

    assert loaded == ""
