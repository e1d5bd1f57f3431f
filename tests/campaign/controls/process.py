"""Breaks that a death of the process must show."""

from __future__ import annotations

from tests.campaign.control import Control

PLANTS = "tests.crash.plants"

CONTROLS = (
    Control(
        id="C1",
        title="a call is acknowledged before it is written",
        broken=f"{PLANTS}:early_acknowledgement",
        fault="F1",
        shows=("lost",),
    ),
    Control(
        id="C2",
        title="an event is written five calls later",
        broken=f"{PLANTS}:buffered_writer",
        fault="F1",
        shows=("lost",),
    ),
    Control(
        id="C3",
        title="the drain leaves out what a dead run had not drained",
        broken=f"{PLANTS}:forgetful_drain",
        fault="F1",
        shows=("lost",),
    ),
)
