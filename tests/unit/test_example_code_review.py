"""What the example of a code review promises, on a small package with every kind of trouble in it."""

from __future__ import annotations

import ast
import json
import time
from pathlib import Path
from typing import Any

import pytest

from examples.code_review.__main__ import main
from examples.code_review.agents.cycles import cycles
from examples.code_review.agents.imports import Import, margin_imports
from examples.code_review.agents.metrics import MetricsAgent, complexity
from examples.code_review.agents.parser import Outline, Parser
from examples.code_review.effects import find_published, publish, published
from examples.code_review.orchestrator import CodeReview
from examples.code_review.package import Package, standard_library
from examples.code_review.records import Facts, Review, Reviewed

SOURCES: dict[str, str | bytes] = {
    "__init__.py": '"""A package."""\n',
    "alpha.py": "from . import beta\nimport json\n",
    "beta.py": "from .alpha import name\n",
    "broken.py": "def f(:\n",
    "deep/__init__.py": "",
    "deep/leaf.py": "from .. import alpha\nfrom ..ghost import x\n\n\ndef f(a):\n    return a if a else None\n",
    "latin.py": b"a = 1\n\n# \xe9\n",
    "nul.py": b"a = 1\0\n",
    "odd.py": 'PATTERN = "\\d"\n',
    "steep.py": "a = " + "-" * 50_000 + "1\n",
    "tests/test_alpha.py": "",
}
FILES = sorted(file for file in SOURCES if not file.startswith("tests/"))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for file, source in SOURCES.items():
        path = tmp_path / "pkg" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return tmp_path / "pkg"


def review_of(package: Path, name: str = "one", threads: int = 4) -> CodeReview:
    folder = package.parent
    return CodeReview(package, folder / f"{name}.jsonl", folder / f"{name}.md", threads=threads, pace=0)


def finished(package: Path) -> dict[str, Reviewed]:
    review = review_of(package)
    review.run()
    return {item["facts"]["file"]: item for item in review.reviews}


def a_review(effects: Path, review_id: str = "review:a.py") -> Review:
    metrics = MetricsAgent().measure(Outline(lines=1, documented=True, definitions=[]))
    facts = Facts(file="a.py", module="a", error=None, metrics=metrics, imports=[], blockers=[])
    return Review(id=review_id, effects=str(effects), severity="ok", reasons=[], facts=facts)


def function(source: str) -> ast.FunctionDef:
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.FunctionDef)
    return node


def test_the_report_is_the_same_to_the_byte_whatever_the_number_of_threads(package: Path) -> None:
    alone, crowd = review_of(package, "alone", threads=1), review_of(package, "crowd", threads=16)

    reports = [Path(review.run()).read_bytes() for review in (alone, crowd)]

    assert reports[0] == reports[1]
    assert str(package.parent).encode() not in reports[0]


def test_each_file_is_published_once_and_tests_are_left_out(package: Path) -> None:
    review = review_of(package)

    review.run()

    assert sorted(record["id"] for record in published(review.effects)) == [f"review:{file}" for file in FILES]
    assert Path(review.effects).read_bytes().count(b"\n") == len(FILES)


class Resumed(CodeReview):
    """An orchestrator for which somebody else remembers the results of finished tasks, as JSON."""

    kept: dict[str, str]

    def assign_task(self, task: Any) -> Any:
        kept = self.kept.get(task["id"])
        return super().assign_task(task) if kept is None else json.loads(kept)


def test_kept_results_of_finished_tasks_give_the_same_report_and_no_second_publication(package: Path) -> None:
    first = review_of(package, "first")
    undisturbed = Path(first.run()).read_bytes()

    second = Resumed(package, package.parent / "second.jsonl", package.parent / "second.md", pace=0)
    second.kept = {item["id"]: json.dumps(item) for item in first.reviews[::2]}

    assert Path(second.run()).read_bytes() == undisturbed
    assert len(published(second.effects)) == len(first.reviews) - len(second.kept)


def test_a_result_is_exactly_what_json_gives_back(package: Path) -> None:
    results = finished(package)

    returned = json.loads(json.dumps(results))

    assert repr(returned) == repr(results)


@pytest.mark.parametrize(
    ("file", "error"),
    [("broken.py", "(line 1)"), ("latin.py", "not utf-8"), ("nul.py", "does not parse"), ("steep.py", "Error")],
)
def test_a_file_that_does_not_parse_is_reviewed_as_serious(package: Path, file: str, error: str) -> None:
    review = finished(package)[file]

    reason = review["facts"]["error"] or ""

    assert review["severity"] == "serious"
    assert error in reason
    assert str(package) not in reason


def test_a_file_that_cannot_be_read_is_reviewed_as_serious(package: Path) -> None:
    (package / "gone.py").symlink_to(package / "nowhere.py")

    review = finished(package)["gone.py"]

    assert review["reasons"][0] == "serious: it cannot be read: No such file or directory"


def test_a_published_review_is_found_with_the_receipt_it_was_given(tmp_path: Path) -> None:
    review, other = a_review(tmp_path / "effects"), a_review(tmp_path / "effects", "review:b.py")

    receipt = publish(review)

    assert find_published("any key", review) == receipt
    assert find_published("any key", other) is None


def test_a_review_is_not_found_where_nothing_was_ever_published(tmp_path: Path) -> None:
    review = a_review(tmp_path / "effects")

    found = find_published("any key", review)

    assert found is None
    assert not (tmp_path / "effects").exists()


def test_a_line_torn_by_a_kill_is_not_a_publication_and_spoils_no_other(package: Path) -> None:
    review = review_of(package)
    Path(review.effects).write_bytes(b'{"facts":{"file":"alpha.py"},"id":"review:al')

    review_of(package).run()

    assert sorted(record["id"] for record in published(review.effects)) == [f"review:{file}" for file in FILES]


def test_a_line_that_lacks_only_its_end_is_a_publication(tmp_path: Path) -> None:
    review = a_review(tmp_path / "effects")
    receipt = publish(review)

    (tmp_path / "effects").write_bytes((tmp_path / "effects").read_bytes().rstrip(b"\n"))

    assert find_published("any key", review) == receipt


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pass", 1),
        ("if a: pass\n elif b: pass\n else: pass", 3),
        ("for x in a: pass\n while b: pass", 3),
        ("return a and b and c or d", 4),
        ("return [x if x else y for x in a if x if y]", 5),
        ("try: pass\n except A: pass\n except B: pass\n finally: pass", 3),
        ("match a:\n  case 1: pass\n  case _: pass", 3),
        ("with a: pass\n def g():\n  if b: pass", 1),
        ("return lambda x: x or a", 2),
    ],
)
def test_complexity_counts_each_way_a_function_can_branch(body: str, expected: int) -> None:
    node = function(f"def f(a, b, c, d):\n {body}\n")

    assert complexity(node) == expected


def test_the_outline_names_what_is_public_and_what_hides_in_functions(tmp_path: Path) -> None:
    source = "class A:\n def b(self):\n  def c(): pass\n def _d(self): pass\nif A:\n async def e(): pass\n"
    (tmp_path / "a.py").write_text(source)

    outline = Parser().parse(tmp_path / "a.py")

    found = {item.name: item.public for item in outline.definitions}
    assert found == {"A": True, "A.b": True, "A.b.c": False, "A._d": False, "e": True}


def test_an_import_cycle_and_a_missing_module_are_blockers_of_their_files(package: Path) -> None:
    results = finished(package)

    blockers = {file: item["facts"]["blockers"] for file, item in results.items() if item["facts"]["blockers"]}

    assert blockers == {
        "alpha.py": ["imports in a cycle with pkg.beta"],
        "beta.py": ["imports in a cycle with pkg.alpha"],
        "deep/leaf.py": ["imports pkg.ghost, which does not exist"],
    }


def test_the_report_names_cycles_and_hubs(package: Path) -> None:
    report = Path(review_of(package).run()).read_text()

    assert "- `pkg.alpha`, `pkg.beta`\n" in report
    assert "- `pkg.alpha` is imported by 2 files\n" in report


def test_cycles_are_the_strongly_connected_parts() -> None:
    chain = {str(number): [str(number + 1)] for number in range(5000)}

    found = cycles({**chain, "a": ["b", "x"], "b": ["c"], "c": ["a", "d"], "d": ["e"], "e": ["d"]})

    assert found == [["a", "b", "c"], ["d", "e"]]


def test_only_imports_that_always_happen_count() -> None:
    shown = b'"""\nimport shown\n"""\n# import shown\nX = "import shown"\n'
    source = shown + b"import a.b as c, d  # import e\nfrom . import (  # one)\n    f,\n)\nif a:\n    import g\n"

    found = list(margin_imports(source, "pkg.sub"))

    wanted = [Import(module="a.b"), Import(module="d"), Import(module="pkg.sub", member="f")]
    assert found == wanted


def test_an_open_parenthesis_costs_no_more_than_its_length() -> None:
    source = b"from a import (" + b"# b\n c, " * 20_000

    started = time.perf_counter()
    found = list(margin_imports(source, "pkg"))

    assert found == []
    assert time.perf_counter() - started < 2


class Watched(CodeReview):
    """An orchestrator that notes what it is told of progress: task, status, percentage, number of blockers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.seen: list[tuple[str, str, int, int]] = []
        super().__init__(*args, **kwargs)

    def update_task_progress(self, task_id: str, progress: Any) -> None:
        super().update_task_progress(task_id, progress)
        self.seen.append((task_id, progress["status"], progress["percentage"], len(progress["blockers"])))


def test_the_board_shows_each_subtask_and_what_blocks_the_report(package: Path) -> None:
    review = Watched(package, package.parent / "e", package.parent / "r", threads=1, pace=0)

    review.run()

    alpha = [(status, done, blockers) for task, status, done, blockers in review.seen if task == "review:alpha.py"]
    report = [(status, done, blockers) for task, status, done, blockers in review.seen if task == "report"]
    assert [done for _, done, _ in alpha] == [20, 40, 60, 80, 100]
    assert [blockers for _, _, blockers in alpha] == [0, 0, 1, 1, 0]
    assert report == [("blocked", 0, len(FILES)), ("in_progress", 50, 0), ("completed", 100, 0)]


def test_agents_tell_each_other_what_they_found(package: Path) -> None:
    review = review_of(package)

    review.run()

    to_reviewer = sorted((message["sender"], message["content"]["task"]) for message in review.inboxes["reviewer"])
    assert to_reviewer[:2] == [("dependencies", "review:alpha.py"), ("dependencies", "review:beta.py")]
    assert len(review.inboxes["editor"]) == len(FILES)


def test_a_report_is_not_made_of_missing_reviews(package: Path) -> None:
    review = review_of(package)

    with pytest.raises(RuntimeError, match=f"needs {len(FILES)} reviews, 0 are made"):
        review.assign_task(review.plan()[-1])

    assert not review.report.exists()


def test_a_limit_spreads_evenly_over_the_standard_library() -> None:
    everything = Package(standard_library())

    some = Package(standard_library(), limit=10)

    assert len(some.files) == 10
    assert set(some.files) < set(everything.files)
    assert len(everything.files) > 300
    assert "json/decoder.py" in everything.files
    assert not any("site-packages" in file or "/test/" in file for file in everything.files)


def test_the_command_reviews_a_package_and_says_where_the_report_is(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    effects, report = package.parent / "e", package.parent / "r"

    code = main([str(package), "--effects", str(effects), "--report", str(report), "--threads", "2", "--pace", "0"])

    assert code == 0
    assert capsys.readouterr().out == f"{len(FILES)} files reviewed, 4 of them serious: {report}\n"


@pytest.mark.parametrize("arguments", [["nowhere"], ["--threads", "0"], ["--pace", "nan"], ["--limit", "x"]])
def test_a_wrong_argument_is_named_with_what_was_expected(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)

    assert f"{arguments[-1]!r} is not a" in capsys.readouterr().err


def test_nothing_of_the_example_but_the_attaching_files_knows_of_jarvis_ctx() -> None:
    folder = Path(main.__code__.co_filename).parent
    imported = {
        path.name: {name for node in ast.walk(ast.parse(path.read_text())) for name in imports(node)}
        for path in folder.rglob("*.py")
    }

    knowing = {name for name, modules in imported.items() if any(m.startswith("jarvis_ctx") for m in modules)}

    assert knowing == {"attached.py", "attached_crew.py"}


def imports(node: ast.AST) -> list[str]:
    """The modules that a statement imports, by their full names."""
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
