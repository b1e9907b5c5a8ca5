"""The config file: every default, every rule with the words of its message, variables, presets and finding the file."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from fairness.config import BAND_PRESETS, READABLE_ROLES, Config, Lenses, Source, Tenure, find_config, load_config
from fairness.config.problems import SECTIONS
from fairness.config.tenure_bands import OTHER_CLOCKS
from fairness.config.toml_positions import index_lines, line_of
from fairness.errors import ConfigError, ExitCode

STUDY = '[study]\nname = "Broadband"\ncurrency = "GBP"\n'
SOURCE = '[[source]]\nrole = "book"\npath = "book.csv"\n'
MINIMAL = STUDY + SOURCE

DEFAULTS: dict[str, dict[str, Any]] = {
    "study": {
        "name": "Broadband",
        "currency": "GBP",
        "as_of": None,
        "output": "out",
        "time_zone": "UTC",
        "appetite": None,
    },
    "like_for_like": {"cell": (), "plan": True, "breaks": {}, "min_per_group": 10, "max_cells": None},
    "ledger": {"several_lines": "not_compared", "spread_discounts": "never", "checked_units": ()},
    "tenure": {
        "new_below_months": 12,
        "tenured_from_months": 24,
        "clock": "observed",
        "from_lines": False,
        "rejoin": "continue",
        "rejoin_after_months": 12,
        "bands": (0, 12, 24, 36, 60, 120),
    },
    "comparator": {
        "order": ("offer", "book", "derived"),
        "date": "cycle_start",
        "basis": "effective",
        "horizon_months": 12,
        "min_evidence": 10,
    },
    "inference": {
        "primary": "offer_gap",
        "confidence_level": 0.95,
        "margin": 0.01,
        "min_support": 0.20,
        "min_pricing_decisions": 10,
        "draws": "decisions",
        "correction": "bh",
        "seed": 20250101,
        "bootstrap_replicates": 199,
        "permutation_replicates": 1999,
    },
    "lenses": {"by": (), "vulnerable": None, "max_values": 1000},
    "engine": {"name": "duckdb", "threads": None, "memory_limit": None, "temp_directory": None},
}
SOURCE_DEFAULTS: dict[str, Any] = {
    "role": "book",
    "sql": None,
    "path": ("book.csv",),
    "postgres": None,
    "query": None,
    "preset": "canonical",
    "format": None,
    "date_format": (),
    "delimiter": None,
    "encoding": "utf-8",
    "decimal": ".",
    "grouping": "",
    "null_tokens": ("", "null", "NULL", "N/A"),
    "time_zone": None,
    "period_end": None,
    "keep": (),
    "when": None,
    "skip_rows": 0,
    "sheet": None,
    "columns": {},
}

Load = Callable[[str], Config]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def write_and_load(text: str) -> Config:
        path = tmp_path / "fairness.toml"
        path.write_text(text, encoding="utf-8")
        return load_config(path)

    return write_and_load


def in_section(section: str, line: str) -> str:
    """Return the minimal file with `line` at the end of a section, in the place of a line with the same key."""
    key = line.partition("=")[0]

    def without_key(text: str) -> str:
        return "".join(row for row in text.splitlines(keepends=True) if not key or not row.startswith(key))

    if section == "study":
        return f"{without_key(STUDY)}{line}\n{SOURCE}"
    if section == "source":
        return f"{STUDY}{without_key(SOURCE)}{line}\n"
    return f"{STUDY}[{section}]\n{line}\n{SOURCE}"


class TestDefaults:
    def test_every_key_has_its_documented_default(self, load: Load) -> None:
        config = load(MINIMAL)
        assert {name: getattr(config, name).model_dump() for name in DEFAULTS} == DEFAULTS
        assert [source.model_dump() for source in config.sources] == [SOURCE_DEFAULTS]

    def test_the_sections_of_the_messages_are_those_of_the_config(self) -> None:
        assert {*SECTIONS} == {field.alias or name for name, field in Config.model_fields.items()} - {"path"}

    def test_every_field_is_documented(self) -> None:
        for model in SECTIONS.values():
            for field in model.model_fields:
                assert f"        {field}: " in (model.__doc__ or ""), f"{model.__name__}.{field}"

    def test_everything_is_frozen(self, load: Load) -> None:
        config = load(MINIMAL)
        models: list[BaseModel] = [config, *config.sources, *(getattr(config, name) for name in DEFAULTS)]
        for model in models:
            field = next(iter(type(model).model_fields))
            with pytest.raises(ValidationError, match="frozen"):
                setattr(model, field, getattr(model, field))


class TestValues:
    def test_paths_are_relative_to_the_config(
        self, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        config = load(MINIMAL)
        assert config.path == tmp_path / "fairness.toml"
        assert config.base_dir == tmp_path
        assert config.output_dir == tmp_path / "out"
        assert config.resolve("/data/x.csv") == Path("/data/x.csv")
        monkeypatch.chdir(tmp_path)
        assert load_config(Path("fairness.toml")).path == tmp_path / "fairness.toml"

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ('as_of = "2025-12"', datetime.date(2025, 12, 1)),
            ('as_of = "2025-12-31"', datetime.date(2025, 12, 31)),
            ("as_of = 2025-12-31", datetime.date(2025, 12, 31)),
            ("", None),
        ],
    )
    def test_as_of_date(self, load: Load, line: str, expected: datetime.date | None) -> None:
        assert load(in_section("study", line)).study.as_of_date == expected

    def test_as_of_keeps_its_text(self, load: Load) -> None:
        assert load(in_section("study", 'as_of = "2025-12"')).study.as_of == "2025-12"

    def test_source_lists_and_columns(self, load: Load) -> None:
        text = (
            STUDY
            + """
            [[source]]
            role = "book"
            path = ["a.csv", "b/*.csv"]
            date_format = "%d/%m/%Y"
            delimiter = "\\t"
            decimal = ","
            grouping = "."
            [source.columns]
            customer_id = "account_no"
            tenure_months = "policy_age::int * 12"
            """
        )
        (source,) = load(text).sources
        assert source.path == ("a.csv", "b/*.csv")
        assert source.date_format == ("%d/%m/%Y",)
        assert (source.delimiter, source.decimal, source.grouping) == ("\t", ",", ".")
        assert source.columns == {"customer_id": "account_no", "tenure_months": "policy_age::int * 12"}

    def test_source_files_expand_globs_and_keep_plain_names(self, load: Load, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        for name in ("in/b.csv", "in/a.csv", "odd[1].csv"):
            (tmp_path / name).touch()
        (tmp_path / "in" / "folder.csv").mkdir()
        config = load(MINIMAL.replace('"book.csv"', '["in/*.csv", "odd[1].csv", "missing.csv", "none-*.csv"]'))
        assert config.source_files(config.sources[0]) == {
            "in/*.csv": (tmp_path / "in/a.csv", tmp_path / "in/b.csv"),
            "odd[1].csv": (tmp_path / "odd[1].csv",),
            "missing.csv": (tmp_path / "missing.csv",),
            "none-*.csv": (),
        }

    def test_breaks_keep_whole_numbers(self, load: Load) -> None:
        config = load(
            in_section("like_for_like", 'cell = ["age", "score"]\nbreaks = { age = [30, 40], score = [0.5] }')
        )
        assert repr(config.like_for_like.breaks) == "{'age': (30, 40), 'score': (0.5,)}"

    def test_lens_names_are_distinct(self) -> None:
        assert Lenses(by=("region", "flag"), vulnerable="flag").names == ("region", "flag")
        assert Lenses(by=("region",)).names == ("region",)
        assert Lenses().names == ()

    def test_a_byte_order_mark_is_no_problem(self, load: Load) -> None:
        assert load("\ufeff" + MINIMAL).study.name == "Broadband"


class TestBands:
    def test_own_edges(self) -> None:
        assert Tenure(bands=(0, 6)).band_edges == (0, 6)
        assert Tenure().band_edges == (0, 12, 24, 36, 60, 120)

    @pytest.mark.parametrize(
        ("name", "edges"),
        [
            ("fca_rep021", (0, 12, 24, 36, 48, 60, 72, 84, 96, 108, 120)),
            ("fca_ms18", (0, 12, 72)),
            ("fca_ms18_10", (0, 12, 132)),
            ("accc_loans", (0, 12, 36, 60, 120)),
            ("rba", (0, 12, 48)),
            ("which", (0, 12, 60, 168, 240)),
        ],
    )
    def test_preset_edges(self, load: Load, name: str, edges: tuple[int, ...]) -> None:
        tenure = load(in_section("tenure", f'bands = "{name}"')).tenure
        assert (tenure.bands, tenure.band_edges) == (name, edges)

    def test_every_preset_names_source_clock_and_own_choices(self) -> None:
        assert len(BAND_PRESETS) == 6
        for preset in BAND_PRESETS.values():
            assert preset.source
            assert preset.own
            assert preset.clock in ("customer tenure", "loan age")

    @pytest.mark.parametrize("name", OTHER_CLOCKS)
    def test_a_preset_of_another_clock_says_which(self, load: Load, name: str) -> None:
        with pytest.raises(ConfigError, match=f"tenure.bands = '{name}': .* clock '{OTHER_CLOCKS[name]}'"):
            load(in_section("tenure", f'bands = "{name}"'))


RULES = [
    ("study", 'name = " "', "study.name = ' ': must not be empty"),
    ("study", 'currency = "gbp"', "study.currency = 'gbp': must be three capital letters, an ISO 4217 code"),
    ("study", 'currency = "gbp"', "did you mean 'GBP'?"),
    ("study", 'currency = "£"', "study.currency = '£': must be three capital letters"),
    ("study", 'as_of = "2025-13"', "study.as_of = '2025-13': must be an existing month or day written 'YYYY-MM'"),
    ("study", 'as_of = "2025-02-30"', "study.as_of = '2025-02-30': must be an existing month or day"),
    ("monitoring", 'since = "2025-13"', "monitoring.since = '2025-13': must be a month written 'YYYY-MM'"),
    ("study", 'as_of = "Dec 2025"', "study.as_of = 'Dec 2025': must be an existing month or day"),
    ("study", "as_of = 2025", "study.as_of = 2025: must be text in quotes"),
    ("study", 'curency = "GBP"', "study.curency = 'GBP': unknown key; known here are name, currency, as_of, output"),
    ("study", 'curency = "GBP"', "did you mean 'currency'?"),
    ("study", 'time_zone = "CEST"', "study.time_zone = 'CEST': must be the IANA name of a time zone such as"),
    ("study", 'time_zone = "europe/zurich"', "did you mean 'Europe/Zurich'?"),
    ("study", 'time_zone = "+02:00"', "study.time_zone = '+02:00': must be the IANA name of a time zone such as"),
    ("source", 'time_zone = "Berlin"', "source[1].time_zone = 'Berlin': must be the IANA name of a time zone such as"),
    ("source", 'keep = ["a", "a"]', "source[1].keep = ['a', 'a']: names 'a' more than once"),
    ("source", 'period_end = "last day"', "source[1].period_end = 'last day': must be 'exclusive' or 'inclusive'"),
    ("study", "margin = 0.1", "this key belongs to [inference]"),
    ("source", 'role = "fx"', "source[1].role = 'fx': this role is not read by this version, which reads 'book', 'b"),
    (
        "source",
        'role = "boook"',
        "source[1].role = 'boook': must be 'book', 'billing', 'offers', 'customers', 'price_e",
    ),
    ("source", 'role = "boook"', "; did you mean 'book'?"),
    ("source", "path = []", "source[1].path = []: must not be an empty list"),
    ("source", "path = 5", "source[1].path = 5: must be a list in [ ]"),
    ("source", 'path = ["a", ""]', "source[1].path[2] = '': must not be empty"),
    ("source", 'preset = "stripe"', "source[1].preset = 'stripe': must be 'canonical'"),
    (
        "source",
        'format = "cvs"',
        "source[1].format = 'cvs': must be 'csv', 'parquet', 'json', 'excel' or 'xml'; did you mean 'csv'?",
    ),
    ("source", 'delimiter = "||"', "source[1].delimiter = '||': must be one character"),
    ("source", 'delimiter = "\\n"', "source[1].delimiter = '\\n': must be one character"),
    ("source", 'encoding = "utf8"', "did you mean 'utf-8'?"),
    ("source", 'decimal = ""', "source[1].decimal = '': must be one character"),
    ("source", 'decimal = "1"', "source[1].decimal = '1': must be one character"),
    ("source", 'grouping = "  "', "source[1].grouping = '  ': must be empty or one character"),
    ("source", 'grouping = "."', "source[1].grouping = '.': must differ from decimal, which is '.'"),
    ("source", "columns = { price = 5 }", "source[1].columns.price = 5: must be text in quotes"),
    ("source", 'columns = { price = "" }', "source[1].columns.price = '': must not be empty"),
    ("source", 'columns = "price"', "source[1].columns = 'price': must be a table of name = value"),
    ("source", 'columns = { "" = "x" }', "source[1].columns: a column needs a name"),
    ("like_for_like", 'cell = "product_id"', "like_for_like.cell = 'product_id': must be a list in [ ]"),
    ("like_for_like", 'cell = ["a", "a"]', "like_for_like.cell = ['a', 'a']: names 'a' more than once"),
    ("like_for_like", "cell = [1]", "like_for_like.cell[1] = 1: must be text in quotes"),
    ("like_for_like", "breaks = { age = [40, 30] }", "like_for_like.breaks.age = [40, 30]: must be a list of at least"),
    ("like_for_like", "breaks = { age = [30, 30] }", "strictly increasing"),
    ("like_for_like", "breaks = { age = [] }", "like_for_like.breaks.age = []: must be a list of at least one number"),
    ("like_for_like", "breaks = { age = [1, inf] }", "like_for_like.breaks.age = [1, inf]: must be a list"),
    ("like_for_like", "breaks = { age = [nan] }", "like_for_like.breaks.age = [nan]: must be a list"),
    ("like_for_like", "breaks = { age = [true] }", "like_for_like.breaks.age = [True]: must be a list"),
    ("like_for_like", "breaks = { age = 30 }", "like_for_like.breaks.age = 30: must be a list"),
    ("like_for_like", "min_per_group = 1", "like_for_like.min_per_group = 1: must be a whole number, at least 2"),
    ("like_for_like", 'min_per_group = "10"', "like_for_like.min_per_group = '10': must be a whole number, at least 2"),
    ("tenure", "new_below_months = 0", "tenure.new_below_months = 0: must be a whole number, at least 1"),
    ("tenure", "tenured_from_months = 6", "tenure.tenured_from_months = 6: must be at least new_below_months, which"),
    ("tenure", "new_below_months = 36", "tenure.tenured_from_months = 24 (default): must be at least new_below_months"),
    ("tenure", "bands = [12, 24]", "tenure.bands = [12, 24]: must be a preset name or a list of whole months"),
    ("tenure", "bands = [0, 24, 12]", "strictly increasing and starting at 0"),
    ("tenure", "bands = [0, 12.5]", "tenure.bands = [0, 12.5]: must be a preset name or a list of whole months"),
    ("tenure", "bands = []", "tenure.bands = []: must be a preset name or a list of whole months"),
    ("tenure", "bands = 12", "tenure.bands = 12: must be a preset name or a list of whole months"),
    ("tenure", 'bands = "fca_ms19"', "tenure.bands = 'fca_ms19': must be a list of months or one of fca_rep021,"),
    ("tenure", 'bands = "fca_ms19"', "did you mean 'fca_ms18'?"),
    ("comparator", 'order = ["offer", "bok"]', "comparator.order[2] = 'bok': must be 'offer', 'book' or 'derived'"),
    ("comparator", 'order = ["book", "book"]', "comparator.order = ['book', 'book']: names 'book' more than once"),
    ("comparator", "order = []", "comparator.order = []: must not be an empty list"),
    ("comparator", 'basis = "efective"', "must be 'headline', 'effective' or 'standard'; did you mean 'effective'?"),
    ("comparator", "horizon_months = 0", "comparator.horizon_months = 0: must be a whole number, at least 1"),
    ("comparator", "min_evidence = 0", "comparator.min_evidence = 0: must be a whole number, at least 1"),
    ("inference", 'primary = "gap"', "inference.primary = 'gap': must be 'offer_gap', 'like_for_like_gap',"),
    ("inference", "confidence_level = 0.5", "confidence_level = 0.5: must be a number, above 0.5 and below 1"),
    ("inference", "confidence_level = 95", "inference.confidence_level = 95: must be a number, above 0.5 and below 1"),
    ("inference", "margin = 0", "inference.margin = 0: must be a number, at least 1e-06 and below 0.5"),
    ("inference", "margin = nan", "inference.margin = nan: must be a number, at least 1e-06 and below 0.5"),
    ("inference", "min_support = 1.1", "inference.min_support = 1.1: must be a number, at least 0 and at most 1"),
    ("inference", "min_support = true", "inference.min_support = true: must be a number, at least 0 and at most 1"),
    ("inference", "min_pricing_decisions = 1.5", "must be a whole number, at least 2"),
    ("inference", 'correction = "BH"', "inference.correction = 'BH': must be 'bh', 'by' or 'holm'; did you mean 'bh'?"),
    ("inference", "seed = -1", "inference.seed = -1: must be a whole number, at least 0"),
    ("inference", "bootstrap_replicates = -1", "bootstrap_replicates = -1: must be a whole number, at least 0"),
    ("inference", "permutation_replicates = 9", "permutation_replicates = 9: must be a whole number, at least 99"),
    ("lenses", 'by = ["a", "a"]', "lenses.by = ['a', 'a']: names 'a' more than once"),
    ("lenses", 'vulnerable = ""', "lenses.vulnerable = '': must not be empty"),
    ("engine", 'name = "spark"', "engine.name = 'spark': must be 'duckdb'"),
    ("engine", "threads = 0", "engine.threads = 0: must be a whole number, at least 1"),
    ("engine", 'memory_limit = "lots"', "engine.memory_limit = 'lots': must be a number with KB, MB, GB, TB"),
    ("engine", 'temp_directory = ""', "engine.temp_directory = '': must not be empty"),
    ("engine", 'memory_limit = "0GB"', "engine.memory_limit = '0GB': must be from 32MB to 1000TB"),
    ("engine", 'memory_limit = "99999TB"', "engine.memory_limit = '99999TB': must be from 32MB to 1000TB"),
    ("engine", "threads = 1e20", "engine.threads = 1e+20: must be a whole number, at least 1 and at most 1024"),
    ("inference", f"seed = {2**63}", "must be a whole number, at least 0 and at most 9223372036854775807"),
    ("like_for_like", f"min_per_group = {10**20}", "must be a whole number, at least 2 and at most 1000000000"),
    ("like_for_like", f"breaks = {{ age = [{10**400}] }}", "must lie between -1,000,000,000,000 and 1,000,000,000,000"),
    ("tenure", "bands = [0, 1801]", "must not go beyond 1800 months"),
    ("tenure", "new_below_months = 1801", "must be a whole number, at least 1 and at most 1800"),
    ("source", "null_tokens = []", "source[1].null_tokens = []: must not be an empty list"),
    ("source", 'path = "a\\u0000b"', "source[1].path = 'a\\x00b': must not hold the character NUL"),
    ("source", 'columns = { "\\u0000" = "x" }', "must not hold the character NUL"),
    ("notify", 'webhook = "https://["', "notify.webhook = 'https://[': must be a whole address"),
    ("notify", 'webhook = "https://h.example:99999/x"', "must be a whole address"),
    ("notify", 'webhook = "https://h.example/ü"', "must be a whole address"),
    ("notify", 'webhook = "https:///x"', "must be a whole address"),
    ("notify", 'smtp_host = "https://mail.example"', "notify.smtp_host = 'https://mail.example': must be the name of"),
    ("notify", 'recipients = "a@b.example\\nBcc: c@d.example"', "must be written name@example.org"),
]


@pytest.mark.parametrize(("section", "line", "message"), RULES)
def test_a_broken_rule_names_key_value_rule_and_line(load: Load, section: str, line: str, message: str) -> None:
    text = in_section(section, line)
    # A default that the line makes impossible has no line of its own: the header above is named.
    number = text.splitlines().index(line) + (0 if "(default)" in message else 1)
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert message in caught.value.what
    assert f"fairness.toml, line {number}, key {section}" in caught.value.where
    assert caught.value.exit_code is ExitCode.USAGE_ERROR


class TestSections:
    @pytest.mark.parametrize("name", ["access"])
    def test_a_section_of_a_later_version_is_not_called_unknown(self, load: Load, name: str) -> None:
        with pytest.raises(ConfigError, match=rf"section \[{name}\] is not supported by this version") as caught:
            load(f"{MINIMAL}[{name}]\nx = 1\n")
        assert "unknown" not in str(caught.value)
        assert "line 7" in caught.value.where

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (MINIMAL + "[inferense]\n", "inferense: unknown; the sections are study, source, .*; did you mean 'infer"),
            ('currency = "GBP"\n' + MINIMAL, r"currency: unknown; .*; this key belongs to \[study\]"),
            ('path = "x"\n' + MINIMAL, r"path: unknown; .*; this key belongs to \[source\] or \[table\]"),
            (SOURCE, r"study: section \[study\] is missing; it needs name and currency"),
            (STUDY, r"source: section \[\[source\]\] is missing; it needs role and path"),
            ("source = []\n" + STUDY, r"source = \[\]: must not be an empty list"),
            (MINIMAL.replace("[[source]]", "[source]"), r"source: must be a list of sections: write \[\[source\]\]"),
            ("tenure = 5\n" + MINIMAL, r"tenure = 5: must be a section with a header in \[ \], not a value"),
            ('[study]\nname = "x"\n' + SOURCE, "study.currency: required, but missing"),
        ],
    )
    def test_sections_and_required_keys(self, load: Load, text: str, message: str) -> None:
        with pytest.raises(ConfigError, match=message):
            load(text)

    def test_later_roles_are_known_but_not_read(self, load: Load) -> None:
        assert READABLE_ROLES == ("book", "billing", "offers", "customers", "price_events", "cpi")
        for role in ("fx",):
            with pytest.raises(ConfigError, match=rf"source\[2\].role = '{role}': this role is not read"):
                load(f'{MINIMAL}[[source]]\nrole = "{role}"\npath = "x.csv"\n')


class TestReport:
    def test_all_problems_are_listed_in_file_order(self, load: Load) -> None:
        with pytest.raises(ConfigError) as caught:
            load(
                '[study]\nname = "x"\ncurrency = "pounds"\n[access]\n[inference]\nmargin = 0.7\nmargn = 1\n'
                '[[source]]\nrole = "book"\npath = "${NO_SUCH_VARIABLE}/x.csv"\n'
            )
        lines = caught.value.what.splitlines()
        assert lines[0] == "5 problems in the config file"
        assert [line.split(":")[0] for line in lines[1:]] == [f"  line {number}" for number in (3, 4, 6, 7, 10)]
        assert "did you mean 'margin'?" in lines[4]

    @pytest.mark.parametrize(
        ("text", "message", "place"),
        [
            ("[study\n", "invalid TOML: ", "line 1, column 7"),
            ("[study]\nname = x\n", "invalid TOML: Invalid value", "line 2, column 8"),
            ("[study]\nname = 'x", "invalid TOML: ", "fairness.toml"),
        ],
    )
    def test_syntax_errors_have_line_and_column(self, load: Load, text: str, message: str, place: str) -> None:
        with pytest.raises(ConfigError, match=message) as caught:
            load(text)
        assert place in caught.value.where

    def test_a_data_file_is_named_as_such(self, tmp_path: Path) -> None:
        table, binary = tmp_path / "book.csv", tmp_path / "book.parquet"
        table.write_text("customer_id,price\n1,2\n", encoding="utf-8")
        binary.write_bytes(b"PAR1\xff\xfe")
        for path in (table, binary):
            with pytest.raises(ConfigError, match="not a data file"):
                load_config(path)

    def test_a_missing_file_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="does not exist") as caught:
            load_config(tmp_path / "none.toml")
        assert caught.value.fix == "run `fairness demo` for a complete example, or write fairness.toml"

    def test_a_folder_is_no_config_file(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="cannot be read"):
            load_config(tmp_path)

    def test_a_long_value_is_cut(self, load: Load) -> None:
        with pytest.raises(ConfigError) as caught:
            load(in_section("study", f'as_of = "{"x" * 500}"'))
        assert len(caught.value.what) < 250


class TestEnvironment:
    def test_variables_are_replaced_in_every_text(self, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("EXPORTS", "data/2025")
        monkeypatch.setenv("TITLE", "Retail")
        text = MINIMAL.replace('"book.csv"', '["${EXPORTS}/a.csv", "b$$.csv"]')
        text = text.replace("Broadband", "${TITLE} ${TITLE}")
        config = load(text + '[source.columns]\nprice = "${TITLE}"\n')
        assert config.study.name == "Retail Retail"
        assert config.sources[0].path == ("data/2025/a.csv", "b$$.csv")
        assert config.sources[0].columns == {"price": "Retail"}

    def test_an_unset_variable_is_named_with_its_key_once(self, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("NO_SUCH", raising=False)
        with pytest.raises(ConfigError) as caught:
            load(MINIMAL.replace("GBP", "${NO_SUCH}"))
        assert caught.value.what == "study.currency = '${NO_SUCH}': the environment variable NO_SUCH is not set"
        assert caught.value.where.endswith("line 3, key study.currency")

    def test_a_malformed_name_is_refused(self, load: Load) -> None:
        with pytest.raises(ConfigError, match="'A-B' cannot be the name of an environment variable"):
            load(MINIMAL.replace("Broadband", "${A-B}"))

    def test_a_message_never_shows_what_a_variable_holds(self, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SECRET", "hunter2")
        with pytest.raises(ConfigError) as caught:
            load(in_section("engine", 'memory_limit = "${SECRET}"'))
        assert "'${SECRET}'" in str(caught.value)
        assert "hunter2" not in str(caught.value)


class TestFind:
    def test_a_file_a_folder_or_the_current_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "fairness.toml"
        file.write_text(MINIMAL, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        assert find_config(file) == file
        assert find_config(tmp_path) == file
        assert find_config(None) == Path("fairness.toml")
        assert load_config(find_config()).study.name == "Broadband"

    def test_nothing_found(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(ConfigError, match=r"the current folder holds no fairness\.toml\n.*`fairness demo`"):
            find_config(None)
        with pytest.raises(ConfigError, match=r"the folder '.*' holds no fairness\.toml"):
            find_config(tmp_path)
        with pytest.raises(ConfigError, match=r"none\.toml' does not exist"):
            find_config(tmp_path / "none.toml")


class TestLines:
    def test_headers_keys_lists_and_texts_over_several_lines(self) -> None:
        text = (
            "# top\n[study]  # title\nname = '''\n[tenure]\nfake = 1\n'''\n\"as_of\" = 1\n"
            "[[source]]\nrole = 1\n[source.columns]\nprice = 1\n[[source]]\npath = [\n  'a',\n]\n[a.b]\nc.d = 1\n"
        )
        lines = index_lines(text)
        assert lines == {
            ("study",): 2,
            ("study", "name"): 3,
            ("study", "as_of"): 7,
            ("source", 0): 8,
            ("source", 0, "role"): 9,
            ("source", 0, "columns"): 10,
            ("source", 0, "columns", "price"): 11,
            ("source", 1): 12,
            ("source", 1, "path"): 13,
            ("a", "b"): 16,
            ("a", "b", "c"): 17,
            ("a", "b", "c", "d"): 17,
        }
        assert line_of(("source", 1, "path", 0), lines) == 13
        assert line_of(("source", 1, "role"), lines) == 12
        assert line_of(("tenure", "bands"), lines) is None


def test_a_model_can_be_made_by_hand() -> None:
    assert Source(role="book", path=("a.csv",)).path == ("a.csv",)


VALUES = [
    *(
        "1e20",
        "-1e20",
        "1e400",
        "nan",
        "inf",
        "-inf",
        "0",
        "-1",
        "1",
        "1.5",
        f"{10**20}",
        "0x7fffffffffffffff",
        f"{2**63}",
    ),
    *(
        "true",
        '""',
        '" "',
        '"a"',
        '"\\u0000"',
        '"a\\u0000b"',
        '"\\u001b[2J"',
        '"\\u2028"',
        '"${"',
        '"${X Y}"',
        '"${PATH}"',
    ),
    *("[]", "[1]", "[[1]]", '[""]', '["a", "a"]', "[1e20]", f"[{10**400}]", "[nan]", f"[0, 12, {10**15}]", "[{}]"),
    *("{}", "{ a = 1 }", "{ a = [1] }", "{ a = { b = 1 } }", "{ x = [1e20] }", '{ "\\u0000" = [1] }'),
    *(
        "2025-01-01",
        "2025-01-01T00:00:00Z",
        "10:00:00",
        '"9999-99"',
        '"GBP"',
        '"0GB"',
        f'"{"9" * 5000}GB"',
        f'"{"a" * 5000}"',
    ),
    *('"http://["', '"http://x:99999999"', '"http://[::1"', '"https://é"', '"/dev/zero"', '"\\n"'),
]


@pytest.mark.parametrize("section", SECTIONS)
def test_a_value_of_any_type_is_taken_or_refused_in_words(load: Load, section: str) -> None:
    places = []
    for key in SECTIONS[section].model_fields:
        for value in VALUES:
            try:
                load(in_section(section, f"{key} = {value}"))
            except ConfigError as error:
                places.append(error.where)
    assert len(places) > len(VALUES) // 2
    assert [place for place in places if "fairness.toml" not in place] == []


NESTED = {
    "lists": "a = " + "[" * 100_000,
    "closed lists": "a = " + "[" * 40 + "]" * 40,
    "inline tables": "a = " + "{ a = " * 30_000,
    "a dotted key": ".".join("a" * 50_000) + " = 1",
    "a quoted dotted key": ".".join(['" "'] * 50_000) + " = 1",
    "a header": "[" + ".".join("a" * 50_000) + "]",
    "deeper than any key": "a.b.c.d.e.f.g.h.i = 1",
}


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED)
def test_deep_nesting_is_refused_at_once(load: Load, text: str) -> None:
    with pytest.raises(ConfigError, match="nests lists or tables more than 8 deep"):
        load(text)


def test_a_number_of_thousands_of_digits_is_invalid(load: Load) -> None:
    with pytest.raises(ConfigError, match="invalid TOML: Exceeds the limit"):
        load("a = " + "9" * 5000)


def test_a_data_file_is_no_config_file(tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_bytes(b"a,b\n1,2\n" * 40_000)
    with pytest.raises(ConfigError, match="larger than 256 kB") as caught:
        load_config(path)
    assert "not a data file" in caught.value.fix


def test_paths_that_the_system_refuses_are_usage_errors(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to("round")
    os.mkfifo(tmp_path / "pipe")
    for path, what in (
        (Path("x" * 300), "cannot be opened: File name too long"),
        (Path("x/" * 4000), "cannot be opened: File name too long"),
        (tmp_path / "pipe", "is no file"),
        (tmp_path / "round", "does not exist"),
        (Path("a\0b"), "does not exist"),
    ):
        with pytest.raises(ConfigError, match=what):
            find_config(path)


def test_text_of_the_system_must_be_utf_8(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", "caf\udce9")
    with pytest.raises(ConfigError, match="the environment variable PLACE is not UTF-8 text"):
        load(in_section("study", 'output = "${PLACE}"'))
    with pytest.raises(ConfigError, match="the path of the config file is not UTF-8"):
        load_config(Path("caf\udce9/fairness.toml"))
