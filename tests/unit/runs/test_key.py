"""The key of the pseudonyms, and that the engine computes the same HMAC as Python."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import duckdb
import pytest

from fairness.config import Config, load_config
from fairness.errors import ConfigError
from fairness.runs.key import Key, load_key
from fairness.runs.pseudonyms import hashed

IDS = ["C0", "", "Ünïcode 𐍈", "a'b\"c", "x" * 500]


def config(folder: Path, privacy: str = "") -> Config:
    text = '[study]\nname = "T"\ncurrency = "GBP"\n[[source]]\nrole = "book"\npath = "b.csv"\n'
    (folder / "fairness.toml").write_text(f"{text}[privacy]\n{privacy}", encoding="utf-8")
    return load_config(folder / "fairness.toml")


@pytest.mark.parametrize("secret", [b"k" * 32, bytes(range(64)), b"long" * 40], ids=["32", "64", "160 bytes"])
def test_the_engine_computes_the_hmac_of_the_standard(secret: bytes) -> None:
    key = Key(secret)
    inner, outer = key.pads
    with duckdb.connect() as con:
        rows = con.execute(
            f"select {hashed('identity')} from (select unnest($ids) as identity)",
            {"ids": IDS, "inner_pad": inner, "outer_pad": outer},
        ).fetchall()
    assert [row[0] for row in rows] == [hmac.new(secret, i.encode(), hashlib.sha256).hexdigest()[:24] for i in IDS]
    assert [row[0] for row in rows] == [key.pseudonym(i) for i in IDS]


def test_a_key_is_made_once_beside_the_output_for_the_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FAIRNESS_KEY", raising=False)
    key, made = load_key(config(tmp_path), create=True)
    assert made == tmp_path / "out.key"
    assert made.stat().st_mode & 0o777 == 0o600
    again, made_again = load_key(config(tmp_path), create=True)
    assert (again.secret, made_again) == (key.secret, None)
    assert key.secret.decode() not in repr(key) + key.fingerprint


def test_the_environment_and_the_config_name_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAIRNESS_KEY", raising=False)
    _, made = load_key(config(tmp_path, 'key_file = "secret/id.key"\n'), create=True)
    assert made == tmp_path / "secret" / "id.key"
    monkeypatch.setenv("OTHER_KEY", "e" * 40)
    key, made = load_key(config(tmp_path, 'key_env = "OTHER_KEY"\n'), create=True)
    assert (key.secret, made) == (b"e" * 40, None)


def test_a_key_that_protects_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAIRNESS_KEY", raising=False)
    with pytest.raises(ConfigError, match="the key of the pseudonyms is missing"):
        load_key(config(tmp_path), create=False)
    file = tmp_path / "out.key"
    file.write_text("short\n", encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(ConfigError, match="shorter than 32 characters") as told:
        load_key(config(tmp_path), create=True)
    assert "short\n" not in str(told.value)
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="can be read by others"):
        load_key(config(tmp_path), create=True)
