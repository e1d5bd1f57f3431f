"""Breaks that damage to a store, looks at it, starts in any order, or what is hostile to it must show."""

from __future__ import annotations

from tests.campaign.control import Control
from tests.campaign.controls import looking, rotten, starts
from tests.crash import plants

BREAKS, LOOKS, STARTS = rotten.__name__, looking.__name__, starts.__name__

CONTROLS = (
    Control(
        id="C30",
        title="the digest of a frame is not checked",
        broken=f"{plants.__name__}:digest_not_checked",
        fault="F23",
        shows=("events are changed",),
    ),
    Control(
        id="C30.1",
        title="what a hit has taken from a segment is not looked for in the database",
        broken=f"{BREAKS}:files_alone",
        fault="F23",
        shows=("that stand elsewhere, too",),
    ),
    Control(
        id="C31",
        title="a damaged database is deleted, not moved aside",
        broken=f"{BREAKS}:damage_thrown_away",
        fault="F24",
        shows=("was not moved aside",),
    ),
    Control(
        id="C32",
        title="the numbers of events that are gone are not named",
        broken=f"{BREAKS}:losses_not_named",
        fault="F25.1",
        shows=("are lost and not named",),
    ),
    Control(
        id="C33",
        title="behind a damaged checkpoint no older one is tried",
        broken=f"{BREAKS}:older_not_tried",
        fault="F26",
        shows=("the base is",),
    ),
    Control(
        id="C34",
        title="the file of the database is read while SQLite has it open",
        broken=f"{BREAKS}:database_read_beside",
        fault="F28",
        shows=("is closed while another descriptor",),
    ),
    Control(
        id="C35",
        title="whatever is pickled is loaded",
        broken=f"{BREAKS}:pickles_trusted",
        fault="F37",
        shows=("was run",),
    ),
    Control(
        id="C36",
        title="a database counts as having what was ever drained, however old a copy it is",
        broken=f"{BREAKS}:older_database_trusted",
        fault="F27",
        shows=("database: lost",),
    ),
    Control(
        id="C36.1",
        title="a database counts as having what was ever drained, whatever was in its log",
        broken=f"{BREAKS}:older_database_trusted",
        fault="F25",
        shows=("database: lost",),
    ),
    Control(
        id="C36.2",
        title="a segment whose writer has no mark counts as nobody's",
        broken=f"{BREAKS}:marks_needed",
        fault="F25",
        shows=("events: lost",),
    ),
    Control(
        id="C37",
        title="what is read of a segment at two moments is taken for one",
        broken=f"{BREAKS}:two_moments_taken_for_one",
        fault="F30",
        shows=("has gaps",),
    ),
    Control(
        id="C38",
        title="a start leaves out the last call beyond its checkpoint",
        broken=f"{BREAKS}:last_call_forgotten",
        fault="F31",
        shows=("self.seen == self.model",),
    ),
    Control(
        id="C39",
        title="what cannot be kept is kept as a text",
        broken=f"{BREAKS}:refused_kept_as_text",
        fault="F36",
        shows=("cannot be kept and was taken",),
    ),
    Control(
        id="C52",
        title="a tuple in a message is kept as a list",
        broken=f"{STARTS}:messages_flattened",
        fault="F36",
        shows=("as another value from 'message'",),
    ),
    Control(
        id="C53",
        title="a database of a later schema is opened all the same",
        broken=f"{STARTS}:later_schema_opened",
        fault="F32",
        shows=("DID NOT RAISE",),
    ),
    Control(
        id="C54",
        title="an answer of the API lacks what the document promises",
        broken=f"{STARTS}:promised_field_left_out",
        fault="F38",
        shows=("Response violates schema",),
    ),
    Control(
        id="C62",
        title="a look leaves out what is in segments alone",
        broken=f"{LOOKS}:looks_into_the_database_alone",
        fault="F30",
        shows=("calls acknowledged before it",),
    ),
    Control(
        id="C63",
        title="every other look leaves out what was said last",
        broken=f"{LOOKS}:every_other_look_goes_back",
        fault="F30",
        shows=("goes back",),
    ),
    Control(
        id="C64",
        title="a backup leaves out the database and the segments",
        broken=f"{LOOKS}:backups_of_the_archive_alone",
        fault="F30",
        shows=("backup 0 is without",),
    ),
)
