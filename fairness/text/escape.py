"""Write values of the data so that no reader runs them: spreadsheets, web pages, terminals.

Text in a billing export is text from strangers: a customer who calls herself ``=HYPERLINK(...)`` must arrive in a
spreadsheet as that text, ``<script>`` in a page as those letters, and an escape sequence in a terminal as its code.
Numbers and dates are never touched: a quote before -3.20 would turn a number into text.

Sources: OWASP, "CSV Injection"; RFC 4180; Unicode Technical Report 36 (characters that change the writing direction).

Decision D60.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal, Self

import markupsafe

_FORMULA = frozenset("=+-@")
_FIRST = frozenset("\t\r\n\0")
_QUOTED = re.compile('[",;\t\r\n]')
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_UNHOLDABLE = re.compile("[\x00\ud800-\udfff]")
_NUMBERS = (bool, int, float, Decimal)
_MOMENTS = (date, time, timedelta)
_XLSX_DIGITS = 15
_XLSX_TEXT = 32_767
_XLSX_FIRST_YEAR = 1901


def is_formula(text: str) -> bool:
    r"""Return whether a spreadsheet might take a text for a formula.

    Full-width and small forms count as the signs they look like, and blanks before a sign do not hide it.

    Example:
        >>> [is_formula(text) for text in ("=1+1", " @sum", "\uff1dA1", "A=1")]
        [True, True, True, False]
    """
    if text[:1] in _FIRST and text:
        return True
    start = text.lstrip().lstrip("\ufeff\u200b\u2060").lstrip()[:1]
    return unicodedata.normalize("NFKC", start)[:1] in _FORMULA and bool(start)


def csv_line(values: Sequence[Any]) -> str:
    """Return values as one line of CSV without its end; None is nothing, text is never a formula.

    Example:
        >>> csv_line([-3.2, None, "x, y"])
        '-3.2,,"x, y"'
        >>> print(csv_line(["=1+1", "A=1"]))
        '=1+1,A=1
    """
    fields = [_csv_field(value) for value in values]
    # A line with one empty field would be an empty line, which readers skip.
    return '""' if fields == [""] else ",".join(fields)


def _csv_field(value: Any) -> str:
    if value is None:
        return ""
    text = str(value)
    if not isinstance(value, _NUMBERS + _MOMENTS) and is_formula(text):
        text = f"'{text}"
    # The csv module leaves a lone carriage return unquoted, and a spreadsheet begins a new row there.
    return '"{}"'.format(text.replace('"', '""')) if _QUOTED.search(text) else text


def xlsx_cell(value: Any) -> tuple[Any, Literal["n", "b", "d", "s"]]:
    """Return a value and the type its cell must have, as openpyxl writes it in ``cell.data_type``.

    Text has type ``s`` whatever it begins with; without a type ``=1+1`` becomes a live formula. What a sheet cannot
    hold exactly is text: numbers past 15 digits, moments with a time zone or before 1901, NaN.

    Example:
        >>> xlsx_cell("=1+1"), xlsx_cell(-3.2), xlsx_cell(12345678901234567)
        (('=1+1', 's'), (-3.2, 'n'), ('12345678901234567', 's'))
    """
    if value is None:
        return None, "n"
    if isinstance(value, bool):
        return value, "b"
    if isinstance(value, _NUMBERS) and _fits_xlsx(value):
        return value, "n"
    if isinstance(value, date) and value.year >= _XLSX_FIRST_YEAR and getattr(value, "tzinfo", None) is None:
        return value, "d"
    return terminal_text(value.isoformat() if isinstance(value, datetime) else str(value))[:_XLSX_TEXT], "s"


def _fits_xlsx(value: float | Decimal) -> bool:
    if not math.isfinite(value):
        return False
    digits = Decimal(value).as_tuple().digits if isinstance(value, int | Decimal) else ()
    return len("".join(map(str, digits)).strip("0")) <= _XLSX_DIGITS


class Html(markupsafe.Markup):
    """A piece of an HTML page: whatever is put into it, joined or added is escaped, unless it is a piece itself.

    What it is made of is written in the code, which a test checks. Only functions that take one put it on a page.

    Example:
        >>> print(Html('<b title="{}">{}</b>').format('"', Html("<i>{}</i>").format("<script>")))
        <b title="&#34;"><i>&lt;script&gt;</i></b>
        >>> print(Html("<br>").join(["1 < 2", "a"]) + " & b", Html("<b>{}</b>").format(None))
        1 &lt; 2<br>a &amp; b <b></b>
    """

    __slots__ = ()

    @classmethod
    def escape(cls, s: object, /) -> Self:
        """Return a value as text in elements and in quoted attributes; None is nothing, a piece stays as it is."""
        if hasattr(s, "__html__"):
            return cls(s)
        return cls(markupsafe.escape(terminal_text("" if s is None else str(s))))

    def format(self, *args: Any, **kwargs: Any) -> Self:
        """Return it with the values in their places; None is nothing."""
        named = {name: "" if value is None else value for name, value in kwargs.items()}
        return super().format(*("" if value is None else value for value in args), **named)


NOTHING = Html()


def figure_text(value: Any) -> str:
    """Return a value as text of a plotly figure, which reads tags and a few entities; a quote is none of them.

    Example:
        >>> figure_text('"Gold" & <b>')
        '"Gold" &amp; &lt;b&gt;'
    """
    text = "" if value is None else terminal_text(str(value))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def html_carried(text: str) -> Html:
    r"""Return a text that a page carries in a quoted attribute and hands on as it is: a file to save, a query to copy.

    Nobody reads it on the page, so nothing is shown as a code: a changed query would find nothing. Line ends are
    references, since a browser would make ``\n`` of ``\r\n``; what no page can hold is a code as on the page.

    Example:
        >>> print(html_carried('a,"b"\r\n'))
        a,&#34;b&#34;&#13;&#10;
    """
    held = markupsafe.escape(_UNHOLDABLE.sub(_code, text))
    return Html(str(held).replace("\r", "&#13;").replace("\n", "&#10;"))


def sql_literal(text: str) -> str:
    r"""Return a text as a literal of DuckDB's SQL; characters that nobody sees are called by number.

    The query finds the same rows, and shows what it looks for.

    Example:
        >>> print(sql_literal("O'Brien"), sql_literal("\u202etxt"))
        'O''Brien' ('' || chr(8238) || 'txt')
    """
    quoted = "'{}'".format(text.replace("'", "''"))
    called = _INVISIBLE.sub(lambda found: f"' || chr({ord(found[0])}) || '", quoted)
    return quoted if called == quoted else f"({called})"


def terminal_text(text: str) -> str:
    r"""Return a text with its control characters shown as codes; line feeds and tabs stay.

    Characters that turn the writing direction are shown as well: they can make one text look like another.

    Example:
        >>> print(terminal_text("\x1b[2J north"), terminal_text("\u202etxt"))
        \x1b[2J north \u202etxt
    """
    return _INVISIBLE.sub(_code, text)


def _code(found: re.Match[str]) -> str:
    code = ord(found[0])
    # JSON text holds none of the first 32, and knows the second form: there it stays the same JSON.
    return f"\\x{code:02x}" if code < 0x20 else f"\\u{code:04x}"
