"""The log file a person asked for."""

from __future__ import annotations

import logging
import os
import traceback
from pathlib import Path

from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.disk.files import create, private_folder
from jarvis_ctx.liveness.own_words import SPEAKER
from jarvis_ctx.settings import Settings

FORM = "%(asctime)s %(levelname)s %(name)s %(message)s"


class Worded(logging.Filter):
    """Takes the secrets out of a record before any handler has it; where there is none, it says who speaks."""

    def __init__(self, redaction: Redaction) -> None:
        super().__init__()
        self._redaction = redaction

    def filter(self, record: logging.LogRecord) -> bool:
        said = self._redaction.text(record.getMessage())
        anonymous = not (said.startswith(SPEAKER) or logging.getLogger(record.name).hasHandlers())
        record.msg, record.args = SPEAKER + said if anonymous else said, ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = self._redaction.text("".join(traceback.format_exception(record.exc_info[1])).rstrip())
            record.exc_info = None
        return True


class LogFile:
    """Sends the `jarvis_ctx` logger to `settings.log_file`; without one, logging is left to the application.

    Either way no handler gets a secret.
    """

    def __init__(self, settings: Settings) -> None:
        self._handler: logging.Handler | None = None
        logger = logging.getLogger("jarvis_ctx")
        self._filter = Worded(Redaction(settings.secret_names))
        logger.addFilter(self._filter)
        if settings.log_file:
            path = Path(settings.log_file)
            if not path.parent.exists():
                private_folder(path.parent)
            if not path.exists():
                os.close(create(path))
            self._handler = logging.FileHandler(path, encoding="utf-8")
            self._handler.setFormatter(logging.Formatter(FORM))
            self._handler.setLevel(settings.log_level.upper())
            logger.setLevel(min(logger.level or logging.WARNING, logging.getLevelName(settings.log_level.upper())))
            logger.addHandler(self._handler)

    def close(self) -> None:
        """Write no more to the file."""
        logging.getLogger("jarvis_ctx").removeFilter(self._filter)
        if self._handler is not None:
            logging.getLogger("jarvis_ctx").removeHandler(self._handler)
            self._handler.close()
            self._handler = None
