"""The sections that say what is studied and where its data are."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, get_args

import pytz
from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from fairness.config.fields import Filled, Items, Section, Texts, at_least_one, no_repeats
from fairness.errors import nearest

Role = Literal["billing", "offers", "customers", "book", "price_events", "cpi", "fx"]
ROLES: tuple[Role, ...] = get_args(Role)
READABLE_ROLES: tuple[Role, ...] = ("book", "billing", "offers", "customers", "price_events", "cpi")
"""The source roles that this version reads."""


def _iana(name: str) -> str:
    known: frozenset[str] = frozenset(pytz.all_timezones)
    if name not in known:
        raise ValueError(f"must be the IANA name of a time zone such as 'Europe/Berlin' or 'UTC'{nearest(name, known)}")
    return name


TimeZone = Annotated[str, AfterValidator(_iana)]
"""The name of a time zone in the IANA database."""

PeriodEnd = Literal["exclusive", "inclusive"]
MOST_TITLE_ROWS = 1000
"""Largest number of lines above the header of a file."""

Format = Literal["csv", "parquet", "json", "excel", "xml"]
Encoding = Literal["utf-8", "latin-1", "cp1252", "utf-16"]


class Study(Section):
    """What is studied.

    Attributes:
        name: Title of the study, shown on every surface.
        currency: ISO 4217 code; findings and support cover this currency only.
        as_of: ``YYYY-MM`` or ``YYYY-MM-DD``; None means the last complete month of the data.
        output: Folder of the run directories, relative to the config file.
        time_zone: IANA name of the zone whose days count; values with a zone become days in it (D15).
        appetite: Largest gap that the firm itself accepts, a fraction; None where it has set none. It moves no verdict.
    """

    name: Filled
    currency: str
    as_of: str | None = None
    output: Filled = "out"
    time_zone: TimeZone = "UTC"
    appetite: float | None = Field(default=None, ge=0, lt=1)

    @field_validator("currency")
    @classmethod
    def _iso_4217(cls, value: str) -> str:
        if not re.fullmatch("[A-Z]{3}", value):
            hint = f"; did you mean '{value.upper()}'?" if re.fullmatch("[A-Za-z]{3}", value) else ""
            raise ValueError(f"must be three capital letters, an ISO 4217 code such as 'GBP'{hint}")
        return value

    @field_validator("as_of", mode="before")
    @classmethod
    def _month_or_day(cls, value: object) -> object:
        text = value.isoformat() if isinstance(value, date) else value
        if isinstance(text, str):
            _parse_as_of(text)
        return text

    @property
    def as_of_date(self) -> date | None:
        """The as-of date; the first day of the month for ``YYYY-MM``, None when not set.

        Example:
            >>> Study(name="Broadband", currency="GBP", as_of="2025-12").as_of_date
            datetime.date(2025, 12, 1)
        """
        return None if self.as_of is None else _parse_as_of(self.as_of)


class Form(Section):
    """How files are written.

    Attributes:
        format: File format; None means that the file name tells.
        delimiter: Field separator of delimited text; None means that it is detected from the file.
        encoding: Character encoding of delimited text.
        null_tokens: Texts that mean "no value".
        skip_rows: Lines of delimited text, or rows of a sheet, above the header.
        sheet: Sheet of a workbook; None means the only one that holds anything.
    """

    format: Format | None = None
    delimiter: str | None = None
    encoding: Encoding = "utf-8"
    null_tokens: Annotated[Items[str], AfterValidator(at_least_one)] = ("", "null", "NULL", "N/A")
    skip_rows: int = Field(default=0, ge=0, le=MOST_TITLE_ROWS)
    sheet: Filled | None = None

    @field_validator("delimiter")
    @classmethod
    def _one_separator(cls, value: str | None) -> str | None:
        if value is not None and (len(value) != 1 or value in '"\r\n'):
            raise ValueError("must be one character, neither a quote nor a line end, such as ';' or '\\t'")
        return value


class Origin(Form):
    """Where rows are and, for files, how these are written.

    Attributes:
        format: File format; None means that the file name tells.
        delimiter: Field separator of delimited text; None means that it is detected from the file.
        encoding: Character encoding of delimited text.
        null_tokens: Texts that mean "no value".
        skip_rows: Lines of delimited text, or rows of a sheet, above the header.
        sheet: Sheet of a workbook; None means the only one that holds anything.
        postgres: Name of the environment variable with the connection string of a PostgreSQL database, in place of
            files.
        query: What is read there: the name of a table or view, or a query.
    """

    postgres: str | None = None
    query: Filled | None = Field(default=None, validate_default=True)

    @field_validator("postgres")
    @classmethod
    def _name_of_variable(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
            raise ValueError(
                "must be the name of an environment variable that holds the connection string, such as "
                "'BILLING_DATABASE': passwords do not belong in a config"
            )
        for name in ("format", "delimiter", "encoding", "skip_rows", "sheet"):
            if value is not None and info.data.get(name) != cls.model_fields[name].default:
                raise ValueError(f"{name} says how files are written, and a database has none: remove it")
        return value

    @field_validator("query")
    @classmethod
    def _of_database(cls, value: str | None, info: ValidationInfo) -> str | None:
        if "postgres" in info.data and (value is None) != (info.data["postgres"] is None):
            raise ValueError(
                "is for databases: name the environment variable in postgres, or write sql for [[table]] sections"
                if value
                else "required with postgres, but missing: a table, as in 'billing.invoice_lines', or a query"
            )
        return value


class Table(Origin):
    """Rows that queries of ``[[source]] sql`` read by a name.

    Attributes:
        name: What queries call it.
        path: Files or globs, relative to the config file.
        postgres: Name of the environment variable with the connection string of a PostgreSQL database, in place of
            `path`.
        query: What is read there: the name of a table or view, or a query.
        format: File format; None means that the file name tells.
        delimiter: Field separator of delimited text; None means that it is detected from the file.
        encoding: Character encoding of delimited text.
        null_tokens: Texts that mean "no value".
        skip_rows: Lines of delimited text, or rows of a sheet, above the header.
        sheet: Sheet of a workbook; None means the only one that holds anything.
    """

    name: str
    path: Texts = Field(default=(), validate_default=True)

    @field_validator("path", mode="before")
    @classmethod
    def _some(cls, value: object) -> object:
        if value == []:
            raise ValueError("must not be an empty list")
        return value

    @field_validator("path")
    @classmethod
    def _path_or_database(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if bool(value) == bool(info.data.get("postgres")):
            raise ValueError("a table has a path or postgres, not both" if value else "required, but missing")
        return value

    @field_validator("name")
    @classmethod
    def _identifier(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", value):
            raise ValueError("must be small letters, digits and _, from a letter on, such as 'prices'")
        return value


class Source(Origin):
    """One export, or several files of one form.

    Attributes:
        role: What its rows are; :data:`READABLE_ROLES` lists those that this version reads.
        sql: A query over ``[[table]]`` sections that gives the rows, in place of `path`.
        path: Files or globs, relative to the config file; one text in the file becomes a tuple of one.
        postgres: Name of the environment variable with the connection string of a PostgreSQL database, in place of
            `path`.
        query: What is read there: the name of a table or view, or a query.
        preset: Vendor preset; ``canonical`` means that columns carry our names or are mapped in `columns`.
        format: File format; None means that the file name tells.
        date_format: strptime formats tried in this order; empty means ISO 8601 only (D14).
        delimiter: Field separator of delimited text; None means that it is detected from the file.
        encoding: Character encoding of delimited text.
        decimal: Decimal sign of numbers in text.
        grouping: Thousands sign of numbers in text; empty means none (D17).
        null_tokens: Texts that mean "no value".
        time_zone: IANA name of the zone in which the file's timestamps without a zone were written; None means that
            they show the study's days as written (D15).
        period_end: Whether a billed period's end is the first day after it (``exclusive``) or its last (``inclusive``);
            None means exclusive, provided that the periods bear it out (D16).
        keep: Columns of the source, or names of `columns`, that are carried along although no result uses them.
        when: SQL condition on a row; rows for which it is false are left out and counted as filtered.
        skip_rows: Lines of delimited text, or rows of a sheet, above the header.
        sheet: Sheet of a workbook; None means the only one that holds anything.
        columns: SQL expression over the source's own columns for each canonical column.
    """

    role: Role
    sql: Filled | None = None
    path: Texts = Field(default=(), validate_default=True)
    preset: Literal["canonical"] = "canonical"
    date_format: Texts = ()
    decimal: str = "."
    grouping: str = Field(default="", validate_default=True)
    time_zone: TimeZone | None = None
    period_end: PeriodEnd | None = None
    keep: Annotated[Items[Filled], AfterValidator(no_repeats)] = ()
    when: Filled | None = None
    columns: dict[str, Filled] = Field(default_factory=dict)

    @field_validator("role", mode="before")
    @classmethod
    def _readable(cls, value: object) -> object:
        readable = ", ".join(f"'{role}'" for role in READABLE_ROLES)
        if isinstance(value, str) and value not in READABLE_ROLES:
            if value in ROLES:
                raise ValueError(f"this role is not read by this version, which reads {readable}")
            raise ValueError(f"must be {readable}{nearest(value, ROLES)}")
        return value

    @field_validator("path", mode="before")
    @classmethod
    def _some(cls, value: object) -> object:
        if value == []:
            raise ValueError("must not be an empty list")
        return value

    @field_validator("path")
    @classmethod
    def _path_or_sql(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        given = [name for name in ("sql", "postgres") if info.data.get(name)]
        if len(given) + bool(value) != 1:
            both = " or ".join(["a path"] * bool(value) + given)
            raise ValueError(f"a source has {both}, not both" if given else "required, but missing")
        return value

    @field_validator("preset", mode="before")
    @classmethod
    def _written_out(cls, value: object) -> object:
        if isinstance(value, str) and value != "canonical":
            raise ValueError(
                "must be 'canonical': presets are written out, as by `fairness init --preset stripe exports/`"
            )
        return value

    @field_validator("decimal")
    @classmethod
    def _one_sign(cls, value: str) -> str:
        if len(value) != 1 or value.isalnum() or value in "+-":
            raise ValueError("must be one character, neither a letter, digit nor sign, such as '.' or ','")
        return value

    @field_validator("grouping")
    @classmethod
    def _differs(cls, value: str, info: ValidationInfo) -> str:
        if len(value) > 1 or value.isalnum() or value in ("+", "-"):
            raise ValueError("must be empty or one character, neither a letter, digit nor sign, such as ',' or ' '")
        if value and value == info.data.get("decimal"):
            raise ValueError(f"must differ from decimal, which is {value!r}")
        return value

    @field_validator("columns")
    @classmethod
    def _named(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value:
            if not name.strip():
                raise ValueError("a column needs a name")
        return value


def _parse_as_of(text: str) -> date:
    if re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", text):
        try:
            return date.fromisoformat(text if len(text) > 7 else f"{text}-01")
        except ValueError:
            pass
    raise ValueError("must be an existing month or day written 'YYYY-MM' or 'YYYY-MM-DD'")
