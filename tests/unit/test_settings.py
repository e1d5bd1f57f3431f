"""Where settings come from, and what a wrong one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis_ctx import settings
from jarvis_ctx.errors import BadSetting, UnknownSetting


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, where .env and config/ would lie."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, *, yaml: str = "", dotenv: str = "") -> None:
    if yaml:
        (folder / "config").mkdir()
        (folder / "config" / "jarvis_ctx.yaml").write_text(yaml)
    if dotenv:
        (folder / ".env").write_text(dotenv)


def test_without_anything_said_the_defaults_hold() -> None:
    loaded = settings.load(environ={})

    assert (loaded.path, loaded.checkpoint_interval, loaded.history_size) == ("./memory/context/jarvis", 30, 100)


def test_an_argument_beats_the_environment_beats_dotenv_beats_yaml(folder: Path) -> None:
    written(
        folder,
        yaml="name: y\nresume: skip\ndurability: power\nstale_after: 1",
        dotenv="JARVIS_NAME=d\nJARVIS_DURABILITY=process\nJARVIS_STALE_AFTER=2",
    )

    loaded = settings.load({"name": "a"}, environ={"JARVIS_NAME": "e", "JARVIS_STALE_AFTER": "3"})

    assert (loaded.name, loaded.stale_after, loaded.durability, loaded.resume) == ("a", 3, "process", "skip")


def test_the_seed_s_variables_have_the_seed_s_names() -> None:
    named = {"JARVIS_CONTEXT_PATH": "/x", "JARVIS_CHECKPOINT_INTERVAL": "5", "JARVIS_CONTEXT_HISTORY_SIZE": "7"}

    loaded = settings.load(environ=named)

    assert (loaded.path, loaded.checkpoint_interval, loaded.history_size) == ("/x", 5, 7)


def test_jarvis_config_names_another_file(folder: Path) -> None:
    (folder / "other.yaml").write_text("name: elsewhere")

    loaded = settings.load(environ={"JARVIS_CONFIG": "other.yaml"})

    assert loaded.name == "elsewhere"


def test_a_none_argument_is_no_argument() -> None:
    loaded = settings.load({"name": None}, environ={"JARVIS_NAME": "e"})

    assert loaded.name == "e"


def test_an_unknown_setting_names_its_source_and_the_nearest_right_name(folder: Path) -> None:
    written(folder, yaml="checkpoint_intervall: 3")

    with pytest.raises(
        UnknownSetting, match=r"checkpoint_intervall.*configuration file.*did you mean checkpoint_interval\?"
    ):
        settings.load(environ={})
    with pytest.raises(UnknownSetting, match="an argument"):
        settings.load({"durabilty": "power"}, environ={"JARVIS_CONFIG": "/dev/null"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("checkpoint_interval", 0),
        ("checkpoint_interval", "soon"),
        ("durability", "forever"),
        ("history_size", -1),
        ("history_size", 1.5),
        ("name", "a/b"),
        ("name", ""),
        ("handle_signals", "perhaps"),
    ],
)
def test_a_value_that_does_not_fit_says_which_and_what_was_expected(name: str, value: object) -> None:
    with pytest.raises(BadSetting) as caught:
        settings.load({name: value}, environ={})

    assert (caught.value.facts["name"], caught.value.facts["value"]) == (name, value)
    assert caught.value.facts["expected"]


def test_a_configuration_that_is_no_mapping_is_refused(folder: Path) -> None:
    written(folder, yaml="- a\n- b")

    with pytest.raises(BadSetting, match="YAML mapping"):
        settings.load(environ={})


def test_variables_of_an_application_called_jarvis_are_none_of_our_business() -> None:
    environ = {"JARVIS_API_KEY": "x", "JARVIS_NAME": "ours", "HOME": "/"}

    assert settings.load(environ=environ).name == "ours"
    assert settings.unknown_variables(environ) == ["JARVIS_API_KEY"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("durability", "powr", "expected process, power or store (did you mean power?)."),
        ("segment_io", "disk", "expected auto, mmap or write."),
        ("sync_interval", -1, "expected seconds above 0 and at most a year."),
        ("sync_interval", float("nan"), "expected seconds above 0 and at most a year."),
        ("checkpoint_interval", float("inf"), "expected seconds above 0 and at most a year."),
        ("history_size", 2.5, "expected a whole number from 1 to 1000000000."),
        ("history_size", 10**30, "expected a whole number from 1 to 1000000000."),
        ("history_size", True, "expected a whole number from 1 to 1000000000."),
        ("segment_bytes", 1, "expected a number of bytes from 4096."),
        ("name", "jarvis\n", "expected 1 to 48 letters, digits, - and _, the first one a letter or digit."),
        ("name", "-jarvis", "expected 1 to 48 letters, digits, - and _, the first one a letter or digit."),
        ("path", "", "expected the path of a folder."),
        ("handle_signals", "maybe", "expected true or false."),
        ("log_file", 7, "expected text."),
    ],
)
def test_what_was_expected_is_said_in_words(name: str, value: object, expected: str) -> None:
    with pytest.raises(BadSetting) as caught:
        settings.load({name: value}, environ={})

    assert str(caught.value) == f"Setting {name} is {value!r} from an argument, {expected}"


def test_a_variable_set_to_nothing_is_not_set() -> None:
    loaded = settings.load(environ={"JARVIS_CONTEXT_PATH": "", "JARVIS_NAME": "", "JARVIS_CHECKPOINT_INTERVAL": ""})

    assert loaded == settings.load(environ={})


@pytest.mark.parametrize("content", [b"name: [", b"\xff\xfe", b"1: 2", b"name: null"])
def test_a_configuration_file_of_any_content_is_at_worst_a_typed_error(folder: Path, content: bytes) -> None:
    (folder / "config").mkdir()
    (folder / "config" / "jarvis_ctx.yaml").write_bytes(content)

    with pytest.raises((BadSetting, UnknownSetting)):
        settings.load(environ={})


def test_a_path_object_and_a_home_folder_are_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert settings.load({"path": tmp_path / "store"}, environ={}).folder == tmp_path / "store"
    assert settings.load({"path": "~/store"}, environ={}).folder == tmp_path / "store"
