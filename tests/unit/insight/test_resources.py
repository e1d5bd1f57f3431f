"""Who supervises an orchestrator, what it uses, and how its processes have ended."""

from __future__ import annotations

import errno
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.liveness import identity, resources, supervised
from jarvis_ctx.liveness.resources import Ring, Sample
from jarvis_ctx.liveness.supervised import Death, Supervised
from jarvis_ctx.sidecar import JarvisContextManager, open_view

HERE = identity.this_process()
DEATH = Death(
    process=HERE, runs={"jarvis": "jarvis.1"}, began=0, ended=90_000_000, how="exit", sentence="Code 3.", exit_code=3
)
RECORD = Supervised(name="outer", supervisor=HERE, command=["python", "main.py"], child=HERE, deaths=[DEATH])


def sampled(folder: Path, *sizes: int) -> None:
    ring = Ring(resources.path_of(folder, "outer"))
    for minute, rss in enumerate(sizes):
        time = 1_795_000_000_000_000 + minute * 60_000_000
        ring.add(Sample(time=time, rss=rss, cpu=50.0, threads=4, files=9, processes=2, pid=HERE.pid))
    ring.close()


def test_an_orchestrator_that_nobody_supervises_has_none(manager: JarvisContextManager) -> None:
    found = manager.insight.resources()

    assert found == {"supervisor": None, "growth": "", "samples": [], "deaths": []}
    assert (manager.status()["supervisor"], manager.status()["resources"]) == (None, None)


def test_the_supervisor_that_knows_the_orchestrator_tells_whatever_its_name(manager: JarvisContextManager) -> None:
    folder = manager.settings.folder
    supervised.write(folder, RECORD)
    supervised.write(folder, msgspec.structs.replace(RECORD, name="jarvis", deaths=[]))
    sampled(folder, 200_000_000, 6_000_000_000)

    found = manager.insight.resources()

    assert (found["supervisor"]["name"], found["supervisor"]["alive"], found["supervisor"]["child"]) == (
        "outer",
        True,
        HERE.pid,
    )
    assert found["growth"] == "RSS grew from 200 MB to 6.0 GB in the last 1 min."
    assert [sample["rss"] for sample in found["samples"]] == [200_000_000, 6_000_000_000]
    assert (found["deaths"][0]["ran"], found["deaths"][0]["evidence"]) == (90.0, {"exit_code": 3})
    assert manager.status()["resources"]["rss"] == 6_000_000_000


def test_status_tells_the_rest_where_no_descriptor_is_left_to_list_the_folder_by(
    manager: JarvisContextManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, pattern: str) -> None:
        raise OSError(errno.EMFILE, "Too many open files", str(path))

    monkeypatch.setattr(Path, "glob", refuse)

    told = manager.status()
    assert (told["state"], told["supervisor"], told["resources"]) == ("live", None, None)


def test_a_supervisor_that_was_killed_is_told_from_one_that_has_ended(manager: JarvisContextManager) -> None:
    gone = msgspec.structs.replace(HERE, created=1.0, ticks=1)

    found = []
    for over in (False, True):
        supervised.write(manager.settings.folder, msgspec.structs.replace(RECORD, supervisor=gone, over=over))
        shown = manager.insight.resources()["supervisor"]
        found.append((shown["alive"], shown["killed"]))

    assert found == [(False, True), (False, False)]


def test_the_last_death_is_told_with_its_time_and_whether_it_was_a_failure(manager: JarvisContextManager) -> None:
    found = []
    for how, signal in (("exit", ""), ("clean", ""), ("stopped", ""), ("signal", "SIGTERM"), ("signal", "SIGKILL")):
        death = msgspec.structs.replace(DEATH, how=how, signal=signal)
        supervised.write(manager.settings.folder, msgspec.structs.replace(RECORD, deaths=[death], gave_up="Enough."))
        found.append(manager.insight.resources()["supervisor"])

    assert [one["last_failed"] for one in found] == [True, False, False, False, True]
    assert (found[0]["last_ended"], found[0]["gave_up"]) == ("1970-01-01T00:01:30.000Z", "Enough.")


def test_a_process_of_which_nothing_is_captured_is_seen_at_a_glance(store_path: Path) -> None:
    supervised.write(store_path, RECORD)

    with closing(open_view(store_path, "outer")) as view:
        found = Insight(view).glance()

    assert (found["state"], found["watched"]) == ("empty", HERE.pid)


def test_doctor_says_that_nobody_would_start_it_again(manager: JarvisContextManager) -> None:
    gone = msgspec.structs.replace(HERE, created=1.0, ticks=1)
    supervised.write(manager.settings.folder, msgspec.structs.replace(RECORD, supervisor=gone))

    said = [finding.sentence for finding in manager.insight.doctor() if finding.check == "run"]

    assert f"The supervisor of process {HERE.pid} was killed: nobody starts it again when it dies." in said


def test_only_the_latest_samples_are_given_and_only_as_many_as_asked_for(manager: JarvisContextManager) -> None:
    supervised.write(manager.settings.folder, RECORD)
    sampled(manager.settings.folder, 1, 2, 3)

    assert [sample["rss"] for sample in manager.insight.resources(2)["samples"]] == [2, 3]
