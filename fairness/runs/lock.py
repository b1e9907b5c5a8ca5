"""One writer at a time: a lock on the output folder that dies with its process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fairness.errors import DataError

_LOCK = ".lock"


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Hold the lock of an output folder.

    The operating system holds the lock, not the file: it is released as soon as the process ends, however it ends, and
    the file left behind means nothing.

    Raises:
        DataError: Another process holds it.
    """
    descriptor = os.open(output / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _take(descriptor):
            holder = os.pread(descriptor, 20, 0).decode("ascii", errors="replace") if hasattr(os, "pread") else ""
            by = f" (process {holder.strip()})" if holder.strip().isdigit() else ""
            raise DataError(
                f"another build is at work in this folder{by}",
                where=output.name,
                fix="wait until it has finished, or end that process; readers are not affected",
            )
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
        yield
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    # A byte far beyond the text, because on Windows a locked byte cannot be read by others.
    _FAR = 1 << 30

    def _take(descriptor: int) -> bool:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _take(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
