"""Every break that the campaign must catch."""

from tests.campaign.controls import process

CONTROLS = {control.id: control for control in (*process.CONTROLS,)}

__all__ = ["CONTROLS"]
