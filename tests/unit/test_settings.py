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
