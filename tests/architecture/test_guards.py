"""Each house rule is seen to catch a planted break, and to let the permitted form next to it pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import rules

Plant = Callable[..., Path]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Writes a tiny package of this name from `{module: text}`."""

    def write(files: dict[str, str]) -> Path:
        package = tmp_path / "jarvis_ctx"
        for module, text in {"__init__.py": '"""A house."""\n', "errors.py": '"""None."""\n', **files}.items():
            (package / module).parent.mkdir(parents=True, exist_ok=True)
            (package / module).write_text(text, encoding="utf-8")
            init = (package / module).parent / "__init__.py"
            init.touch()
        return package

    return write


def test_a_kept_stair_passes(plant: Plant) -> None:
    package = plant(
        {"model/task.py": "from jarvis_ctx import errors\n", "journal/fold.py": "import jarvis_ctx.model\n"}
    )

    assert rules.broken_stairs(package) == ""


def test_a_room_that_imports_upwards_is_caught(plant: Plant) -> None:
    package = plant({"model/task.py": "from jarvis_ctx.journal import fold\n", "journal/fold.py": ""})

    assert "jarvis_ctx.model is not allowed to import jarvis_ctx.journal" in rules.broken_stairs(package)


def test_neighbours_on_one_stair_that_import_each_other_are_caught(plant: Plant) -> None:
    package = plant(
        {"checkpoint/take.py": "", "liveness/lease.py": "def beat():\n    import jarvis_ctx.checkpoint.take\n"}
    )

    assert "jarvis_ctx.liveness is not allowed to import jarvis_ctx.checkpoint" in rules.broken_stairs(package)


def test_a_room_nobody_listed_is_caught(plant: Plant) -> None:
    package = plant({"cellar.py": ""})

    assert "cellar" in rules.broken_stairs(package)


@pytest.mark.parametrize(
    "line",
    [
        "import psutil",
        "import psutil._common as p",
        "from psutil import Process",
        "def late():\n    import psutil",
        "import importlib\nimportlib.import_module('psutil')",
        "__import__('psutil')",
    ],
)
def test_a_library_outside_its_room_is_caught(plant: Plant, line: str) -> None:
    package = plant(
        {"codec/exact.py": f"{line}\n", "liveness/process.py": "import psutil\n", "model/a_task.py": "import psutils\n"}
    )

    found = rules.strays(package, {"psutil": ("liveness",)})

    assert len(found) == 1
    assert found[0].startswith("codec/exact.py:")


@pytest.mark.parametrize(
    "line",
    [
        "from jarvis_ctx.storage.sqlite import store",
        "from jarvis_ctx import storage",
        "from .. import storage",
        "from ..storage import sqlite",
    ],
)
def test_storage_imported_by_another_than_the_sidecar_is_caught(plant: Plant, line: str) -> None:
    package = plant(
        {"recovery/plan.py": f"{line}\n", "sidecar.py": "from .storage import sqlite\n", "storage/sqlite.py": ""}
    )

    found = rules.strays(package, {"jarvis_ctx.storage": ("storage", "sidecar.py")})

    assert [sentence.split(" ")[0] for sentence in found] == ["recovery/plan.py:1"]


def test_a_module_of_more_than_300_lines_is_caught(plant: Plant) -> None:
    package = plant({"long.py": "x = 1\n" * 301, "fair.py": "x = 1\n" * 300})

    assert rules.overlong(package) == ["long.py has 301 lines, over 300"]


@pytest.mark.parametrize("module", ["utils.py", "journal/helpers.py", "common/clock.py", "journal/io.py"])
def test_a_module_named_for_no_idea_is_caught(plant: Plant, module: str) -> None:
    package = plant({module: "", "journal/mark.py": ""})

    assert [sentence.split(":")[0] for sentence in rules.nameless(package) if "__init__" not in sentence] == [module]


def test_a_room_without_an_init_file_is_caught(plant: Plant) -> None:
    package = plant({"journal/fold.py": "", "model/task.py": ""})

    (package / "model" / "__init__.py").unlink()

    assert rules.uninitialised(package) == ["model has no __init__.py"]


@pytest.mark.parametrize(
    "code",
    [
        "def main():\n    pass",
        "class Store:\n    pass",
        "STORE = open('x')",
        "print('hello')",
        "if True:\n    import os",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import os\nelse:\n    print()",
    ],
)
def test_code_in_an_init_file_is_caught(plant: Plant, code: str) -> None:
    package = plant({"journal/__init__.py": f"{code}\n"})

    assert [sentence.split(":")[0] for sentence in rules.coded_inits(package)] == ["journal/__init__.py"]


def test_a_lazy_re_export_is_no_code(plant: Plant) -> None:
    lazy = '''"""A room."""
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from jarvis_ctx.journal.fold import fold
__all__ = ["fold"]
_HOMES: dict[str, str] = {"fold": "jarvis_ctx.journal.fold"}
def __getattr__(name: str) -> object: ...
'''
    package = plant({"journal/__init__.py": lazy})

    assert rules.coded_inits(package) == []


@pytest.mark.parametrize(
    "handler",
    [
        "except Exception:",
        "except BaseException as error:",
        "except (ValueError, Exception):",
        "except:",
        "except Exception:  # noqa: BLE001",
    ],
)
def test_a_broad_except_without_a_reason_is_caught(plant: Plant, handler: str) -> None:
    package = plant({"drain.py": f"try:\n    x = 1  # one of them\n{handler}\n    pass\n"})

    assert rules.unexplained_broad_excepts(package) == ["drain.py:3 catches everything and does not say why"]


def test_a_broad_except_that_raises_only_sometimes_is_caught(plant: Plant) -> None:
    text = "try:\n    x = 1\nexcept Exception:\n    if x:\n        return\n    raise\n"
    package = plant({"drain.py": text})

    assert rules.unexplained_broad_excepts(package) == ["drain.py:3 catches everything and does not say why"]


def test_a_broad_suppress_without_a_reason_is_caught(plant: Plant) -> None:
    package = plant({"drain.py": "import contextlib\nwith contextlib.suppress(Exception):\n    pass\n"})

    assert rules.unexplained_broad_excepts(package) == ["drain.py:2 catches everything and does not say why"]


@pytest.mark.parametrize(
    "handler",
    [
        "except Exception:  # the host must live on",
        "# A thread's top: the loss is counted.\nexcept BaseException:",
        "except ValueError:",
        "except BaseException:\n    x = 2\n    raise\nfinally:",
    ],
)
def test_a_broad_except_with_its_reason_passes(plant: Plant, handler: str) -> None:
    package = plant({"drain.py": f"try:\n    x = 1\n{handler}\n    pass\n"})

    assert rules.unexplained_broad_excepts(package) == []
