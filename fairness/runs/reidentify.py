"""Name the customers behind pseudonyms, and record the request."""

from __future__ import annotations

import getpass
import os

from fairness.config import Config
from fairness.engine.connection import looking
from fairness.intake.identities import find_identities
from fairness.intake.input_files import find_inputs
from fairness.runs.key import load_key
from fairness.runs.pseudonyms import hashed
from fairness.runs.store import add_record

REIDENTIFICATIONS = "reidentifications.jsonl"


def reidentify(config: Config, pseudonyms: list[str], *, reason: str) -> list[tuple[str, str]]:
    """Return (pseudonym, real id) of the pseudonyms that the study's inputs explain, sorted.

    The request is recorded beside the runs before anything is returned: time, user, reason and pseudonyms.

    Raises:
        ConfigError: There is no key, or the mapping does not fit the files.
        DataError: The files cannot be read.
    """
    key, _ = load_key(config, create=False)
    with looking() as con:
        for name, pad in zip(("inner_pad", "outer_pad"), key.pads, strict=True):
            con.execute(f"set variable {name} = ?::blob", [pad])
        sql = hashed("identity", inner="getvariable('inner_pad')", outer="getvariable('outer_pad')")
        found = find_identities(con, config, find_inputs(con, config), sql, pseudonyms)
    record = {"by": _user(), "found": len(found), "pseudonyms": sorted(set(pseudonyms)), "reason": reason}
    add_record(config.output_dir, REIDENTIFICATIONS, record)
    return found


def _user() -> str:
    """Return who runs this; a process in a container may have a number but no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
