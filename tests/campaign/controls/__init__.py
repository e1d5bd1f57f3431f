"""Every break that the campaign must catch."""

from tests.campaign.controls import damage, failures, power, process

CONTROLS = {
    control.id: control for control in (*process.CONTROLS, *power.CONTROLS, *damage.CONTROLS, *failures.CONTROLS)
}

__all__ = ["CONTROLS"]
