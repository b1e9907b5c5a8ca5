"""The manifest of a snapshot as it is in its folder: read, and refused where it has another shape."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from fairness.errors import DataError, shortened
from fairness.runs.json_file import read_json

MANIFEST = "manifest.json"

MAKE_AGAIN = "restore the snapshot from a copy, or make it again"
"""What to do about a snapshot that cannot be read."""


def _inside(name: str) -> str:
    """Return the name of a file if it lies in the folder of the snapshot."""
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or set(name) & set("\\:\0") or str(path) != name:
        raise ValueError("must be the path of a file inside the snapshot")
    return name


_Name = Annotated[str, AfterValidator(_inside)]


class _Part(BaseModel):
    # A later version may hold more; what is read here has to be what it is taken for.
    model_config = ConfigDict(extra="allow", strict=True)


class _Input(_Part):
    role: str
    path: str
    sha256: str
    rows: int


class _Build(_Part):
    id: str = Field(pattern="^[0-9a-f]{12}$")
    inputs: list[_Input]
    software_version: str


class _Before(_Part):
    folder: _Name
    findings: str


class _Manifest(_Part):
    build: _Build
    files: dict[_Name, str]
    missing: dict[_Name, str]
    note: str
    decision: str = ""
    owner: str = ""
    due: str = ""
    before: _Before | None = None
    hangs_on: list[str] = []
    settings: dict[str, dict[str, Any] | list[Any]]
    key_fingerprint: str | None
    software: str
    sql: dict[str, str]
    versions: dict[str, str]


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a snapshot.

    Raises:
        DataError: The folder holds none, or one that cannot be read or has another shape, such as files outside the
            folder.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise DataError(
            "the folder is no snapshot: it holds no manifest",
            where=shortened(str(folder)),
            fix="name the folder that `fairness snapshot` printed",
        )
    found = read_json(path, fix=MAKE_AGAIN)
    require_shape(_Manifest, found, path, what="the manifest is not one of a snapshot")
    manifest: dict[str, Any] = found
    return manifest


def require_shape(model: type[BaseModel], document: object, path: Path, *, what: str) -> None:
    """Refuse a document that lacks what a model names, or has it in another form.

    Raises:
        DataError: The message names the first key that is wrong.
    """
    try:
        model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = shortened(".".join(str(step) for step in first["loc"]), 60)
        rule = str(first.get("ctx", {}).get("error", first["msg"]))
        why = f"{key}: {rule}" if key else rule
        raise DataError(f"{what}: {why}", where=str(path), fix=MAKE_AGAIN) from None
