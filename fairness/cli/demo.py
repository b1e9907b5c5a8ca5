"""The demo study that comes with the software: fictional data with a known truth."""

from __future__ import annotations

import shutil
from pathlib import Path

from fairness.config import CONFIG_NAME
from fairness.errors import FairnessError

_PACKAGE = Path(__file__).resolve().parent.parent
_OUTPUT = "out"
"""Where the study's config writes its runs; analysing the demo leaves this folder behind."""


def data_root() -> Path:
    """Return the folder of the bundled data: inside the installed package, or beside it in a checkout.

    Raises:
        FairnessError: Neither exists; the installation is incomplete.
    """
    packaged = _PACKAGE / "_data"
    if packaged.is_dir():
        return packaged
    checkout = _PACKAGE.parent
    # Without the pyproject check, a site-packages/data of some other package could be picked up.
    if (checkout / "pyproject.toml").is_file() and (checkout / "data").is_dir():
        return checkout / "data"
    raise FairnessError("the demo study is missing", where=str(packaged), fix="install loyalty-fairness again")


def write_demo(folder: Path) -> Path:
    """Copy the demo study into a folder; a folder that already holds a demo is restored to its original state.

    Args:
        folder: Made when missing. Runs of an earlier demo in it stay.

    Returns:
        The study's config file.

    Raises:
        FairnessError: The folder is a file, or holds files that are not the demo's.
    """
    study = data_root() / "demo"
    bundled = sorted(path.relative_to(study) for path in study.rglob("*") if path.is_file())
    if folder.exists() and not folder.is_dir():
        raise FairnessError(
            f"'{folder}' is a file", where=str(folder), fix="name a new folder, as in `fairness demo my-demo`"
        )
    known = {path.parts[0] for path in bundled} | {_OUTPUT, f"{_OUTPUT}.key"}
    others = sorted(path.name for path in folder.iterdir() if path.name not in known) if folder.exists() else []
    if others:
        raise FairnessError(
            f"the folder holds other files than the demo's, such as '{others[0]}'",
            where=str(folder),
            fix="name a new folder, as in `fairness demo my-demo`",
        )
    for path in bundled:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(study / path, target)
    return folder / CONFIG_NAME
