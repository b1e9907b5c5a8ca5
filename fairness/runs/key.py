"""The key of the pseudonyms: outside the warehouse, made once, never shown."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from fairness.config import Config
from fairness.errors import ConfigError, is_unicode

PSEUDONYM_DIGITS = 24
"""Hex digits of a pseudonym: 96 bits, so that even a thousand million ids do not collide by chance."""

_BLOCK_BYTES = 64
_LEAST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Key:
    """A key of HMAC-SHA256 (RFC 2104).

    Attributes:
        secret: Its bytes; left out of every printed form.
    """

    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that tell keys apart and reveal nothing about them."""
        return hmac.new(self.secret, b"fingerprint of the key", hashlib.sha256).hexdigest()[:16]

    @property
    def pads(self) -> tuple[bytes, bytes]:
        """Inner and outer pad of HMAC: what the engine needs to compute it from two plain hashes."""
        secret = hashlib.sha256(self.secret).digest() if len(self.secret) > _BLOCK_BYTES else self.secret
        padded = secret.ljust(_BLOCK_BYTES, b"\0")
        return bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)

    def pseudonym(self, identity: str) -> str:
        """Return the pseudonym of an id.

        Example:
            >>> Key(b"k" * 32).pseudonym("C0")
            '12db4edc2c61fd3149f533ab'
        """
        return hmac.new(self.secret, identity.encode(), hashlib.sha256).hexdigest()[:PSEUDONYM_DIGITS]


def key_path(config: Config) -> Path:
    """Return the file of the key: as configured, else beside the output folder."""
    if config.privacy.key_file is not None:
        return config.resolve(config.privacy.key_file)
    return config.output_dir.with_name(f"{config.output_dir.name}.key")


def load_key(config: Config, *, create: bool) -> tuple[Key, Path | None]:
    """Return the key of a study, and its file where it has just been made.

    Args:
        config: The study, which says where the key is.
        create: Make a new one where there is none; else that is an error.

    Raises:
        ConfigError: There is no key, it is too short, or its file can be read by others.
    """
    name = config.privacy.key_env
    given = os.environ.get(name)
    if given is not None:
        return _checked(given, where=f"the environment variable {name}"), None
    path = key_path(config)
    if not path.exists():
        if not create:
            raise ConfigError("the key of the pseudonyms is missing", where=str(path), fix=f"restore it, or set {name}")
        _make(path)
        return _read(path), path
    return _read(path), None


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(_LEAST_BYTES) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        # Another build of the same study was faster: its key is the one to use.
        return
    except OSError as error:
        raise ConfigError(
            f"the key of the pseudonyms cannot be written: {error.strerror}",
            where=str(path),
            fix="name another file in privacy.key_file, or set privacy.pseudonyms = false",
        ) from error


def _read(path: Path) -> Key:
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise ConfigError(
                "the file of the key can be read by others", where=str(path), fix=f"run `chmod 600 {path.name}`"
            )
        return _checked(path.read_text(encoding="utf-8"), where=str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("the file of the key cannot be read", where=str(path), fix="restore it") from error


def _checked(text: str, *, where: str) -> Key:
    if not is_unicode(text):
        raise ConfigError("the key of the pseudonyms is not UTF-8 text", where=where, fix="restore it")
    secret = text.strip().encode()
    if len(secret) < _LEAST_BYTES:
        raise ConfigError(
            f"the key of the pseudonyms is shorter than {_LEAST_BYTES} characters",
            where=where,
            fix="make one with `openssl rand -hex 32`; a short key can be guessed",
        )
    return Key(secret)
