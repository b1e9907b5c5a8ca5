"""Failures that nobody put into words where they arose: in the system, the engine, the text, or this software.

Errors that a user can act on are raised as :class:`~fairness.errors.FairnessError` where they are understood. What is
left, a disk that fails or a bracket too many, is turned into the same three parts here, once, for every command.
"""

from __future__ import annotations

import errno
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from fairness.errors import FairnessError, shortened, without_values

if TYPE_CHECKING:
    from fairness.engine.base import Engine

TRACEBACK = "FAIRNESS_TRACEBACK"
"""Environment variable that makes a defect show where it arose, as Python prints it."""

REPORT = f"this is a defect; please report it with the command and what `{TRACEBACK}=1` in front of it prints"

_PACKAGE = Path(__file__).resolve().parent.parent
_SPACE = "free disk space; what is published is whole"
_RIGHTS = "see to the permissions of the file and of the folders above it"
_REMEDIES = {
    errno.ENAMETOOLONG: "name a shorter path",
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "a part of the path is a file, not a folder: check the path",
    errno.EISDIR: "this is a folder: name a file",
    errno.EEXIST: "name another path, or move away what is there",
    errno.ENOTEMPTY: "name another path, or move away what is there",
    errno.ELOOP: "its links lead round in a circle: check them",
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: "the disk can only be read: name another place",
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EFBIG: "the file is larger than the system allows: raise the limit (`ulimit -f`) or use another disk",
    errno.EIO: "the disk reports an error: check it, and restore what it held",
    errno.EMFILE: "too many files are open: raise the limit (`ulimit -n`)",
    errno.ENFILE: "too many files are open: end other programs",
    errno.ENOMEM: "memory is exhausted: end other programs, or set engine.memory_limit",
    errno.EINVAL: "the system does not accept this name or place: name another",
    errno.EILSEQ: "the system does not accept this name: name another",
}


def explain(error: BaseException) -> FairnessError | None:
    """Return what went wrong, where, and how to go on; None where it is a defect of this software.

    Example:
        >>> print(explain(OSError(errno.ENAMETOOLONG, "File name too long", "xxx...")))
        the system reports: File name too long
          where: xxx...
          fix:   name a shorter path
        >>> explain(KeyError("x"))
    """
    if isinstance(error, OSError):
        return _of_system(error)
    if isinstance(error, UnicodeError):
        return _of_text(error)
    if isinstance(error, RecursionError):
        return FairnessError(
            "the input is nested too deeply",
            where=place(error),
            fix="write fewer brackets in brackets: in the config, an expression, a query or a JSON file",
        )
    if isinstance(error, MemoryError):
        return FairnessError(
            "memory is exhausted",
            where=place(error),
            fix="set engine.memory_limit and engine.threads lower, or use a machine with more memory",
        )
    if isinstance(error, ValueError) and str(error).startswith("embedded null"):
        return FairnessError(
            "a path holds the character NUL, which no system allows", where=place(error), fix="name another path"
        )
    return _of_engine(error)


def defect(error: BaseException) -> FairnessError:
    """Return the message for an error that nothing in the input explains: it asks for a report.

    Values of the data are left out, as engines put them into their messages.
    """
    lines = without_values(str(error)).strip().splitlines()
    what = f"{type(error).__name__}: {shortened(lines[0])}" if lines else type(error).__name__
    return FairnessError(f"the software failed: {what}", where=place(error), fix=REPORT)


def place(error: BaseException) -> str:
    """Return the innermost line of this package that an error passed through.

    Example:
        >>> place(ValueError())
        'fairness'
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    if not own:
        return _PACKAGE.name
    path = Path(own[-1].filename).relative_to(_PACKAGE.parent).as_posix()
    return f"{path}, line {own[-1].lineno}, in {own[-1].name}"


def _of_system(error: OSError) -> FairnessError:
    named = error.filename2 if error.filename is None else error.filename
    # A number as the name is a descriptor, which tells a reader nothing.
    is_path = isinstance(named, str | bytes)
    where = shortened(str(named if isinstance(named, str) else repr(named))) if is_path else place(error)
    remedy = _REMEDIES.get(error.errno or 0, "check the path, the disk and the permissions")
    return FairnessError(f"the system reports: {error.strerror or shortened(str(error))}", where=where, fix=remedy)


def _of_text(error: UnicodeError) -> FairnessError:
    if isinstance(error, UnicodeDecodeError):
        return FairnessError(
            f"a text is not {error.encoding}: byte {error.start + 1} cannot be read",
            where=place(error),
            fix="save the text as UTF-8",
        )
    if isinstance(error, UnicodeEncodeError):
        signs = ascii(error.object[error.start : error.end])
        return FairnessError(
            f"{shortened(signs)} cannot be written as {error.encoding}",
            where=place(error),
            fix="set PYTHONIOENCODING=utf-8 if this is for the terminal or a pipe; name files in UTF-8",
        )
    return FairnessError(f"a text cannot be read or written: {error}", where=place(error), fix="use plain UTF-8 text")


def _of_engine(error: BaseException) -> FairnessError | None:
    # Nothing is imported here: an engine that has not been loaded has not failed.
    loaded = sys.modules.get("fairness.engine.connection")
    engine: Engine | None = getattr(loaded, "ENGINE", None)
    if engine is None or not isinstance(error, engine.error):
        return None
    if isinstance(error, engine.no_memory):
        remedy = "set engine.memory_limit and engine.threads lower, or use a machine with more memory"
    elif isinstance(error, engine.no_access):
        remedy = "free disk space, see to the permissions, and check the disk; `fairness runs verify` checks the runs"
    else:
        remedy = REPORT
    lines = without_values(str(error)).strip().splitlines() or [type(error).__name__]
    return FairnessError(f"the engine reports: {shortened(lines[0])}", where=place(error), fix=remedy)
