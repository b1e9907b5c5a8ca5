"""Files in every form: their rows are read whole, or the file is refused with what, where and how."""

from __future__ import annotations

import codecs
import gzip
import json
import os
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pytest
from backports import zstd

from fairness.errors import DataError, FairnessError
from fairness.intake import stage as staging
from tests.oracle.reading import Reading, config_of, read

HEADER = "customer_id,price,tenure_months,note"
NAMES = HEADER.split(",")


def lines(n: int = 60, *, note: str = "", end: str = "\n") -> str:
    rows = [f"c{number},{10 + number % 3}.00,{3 if number % 2 else 30},{note}" for number in range(n)]
    return end.join([HEADER, *rows, ""])


LARGE = lines(20_000)
RANDOM = random.Random(1)
# Text that does not compress to nothing: a cut in the middle leaves many rows.
WIDE = "\n".join([HEADER, *(f"c{n},10.00,30,{RANDOM.randbytes(40).hex()}" for n in range(30_000)), ""])
PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstd.compress,
    ".ZST": zstd.compress,
}


def study(folder: Path, content: bytes | str, name: str = "book.csv", **source: Any) -> Reading:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    found = read(config_of(folder, source.pop("path", name), NAMES, **source), len(NAMES))
    assert sorted(path.name for path in folder.iterdir()) == sorted(("fairness.toml", *kept(folder)))
    return found


def kept(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(("book", "Book"))]


def refused(folder: Path, content: bytes | str, name: str = "book.csv", **source: Any) -> FairnessError:
    with pytest.raises(FairnessError) as caught:
        study(folder, content, name, **source)
    assert caught.value.where.startswith(name)
    assert caught.value.fix
    return caught.value


class TestForms:
    """A file may be compressed, in another encoding, or both: the rows are those of the plain file."""

    TEXT = lines(note="Größe – “5 €” pipe")
    ROWS: ClassVar = [tuple(row.split(",")) for row in TEXT.splitlines()[1:]]

    @pytest.mark.parametrize("packing", PACKERS)
    @pytest.mark.parametrize(
        ("encoding", "codec", "bom"),
        [
            ("utf-8", "utf-8", b""),
            ("utf-8", "utf-8", codecs.BOM_UTF8),
            ("cp1252", "cp1252", b""),
            ("utf-16", "utf-16-le", codecs.BOM_UTF16_LE),
            ("utf-16", "utf-16-be", codecs.BOM_UTF16_BE),
            ("utf-16", "utf-16-le", b""),
            ("utf-16", "utf-16-be", b""),
        ],
    )
    def test_the_rows_are_those_of_the_file(
        self, *, tmp_path: Path, packing: str, encoding: str, codec: str, bom: bytes
    ) -> None:
        content = PACKERS[packing](bom + self.TEXT.encode(codec))
        found = study(tmp_path, content, "book.csv" + packing, encoding=encoding)
        assert (found.rows, found.unreadable) == (self.ROWS, [])

    @pytest.mark.parametrize("packing", PACKERS)
    def test_several_frames_are_one_file(self, tmp_path: Path, packing: str) -> None:
        content = self.TEXT.encode()
        halves = PACKERS[packing](content[:701]) + PACKERS[packing](content[701:])
        assert study(tmp_path, halves, "book.csv" + packing).rows == self.ROWS

    @pytest.mark.parametrize("packing", PACKERS)
    def test_json_may_begin_with_a_mark(self, tmp_path: Path, packing: str) -> None:
        objects = [dict(zip(NAMES, row, strict=True)) for row in self.ROWS]
        for text in (json.dumps(objects), "\n".join(map(json.dumps, objects))):
            content = PACKERS[packing](codecs.BOM_UTF8 + text.encode())
            # The engine reads records of JSON side by side: the last may come first.
            assert sorted(study(tmp_path, content, "book.json" + packing).rows) == sorted(self.ROWS)

    @pytest.mark.parametrize(
        ("bad", "encoding", "codec"),
        [(b"\xe9", "utf-8", "utf-8"), (b"\x81", "cp1252", "cp1252"), (b"\x00\xd8", "utf-16", "utf-16-le")],
    )
    @pytest.mark.parametrize("packing", PACKERS)
    def test_what_does_not_decode_costs_its_row(
        self, *, tmp_path: Path, packing: str, bad: bytes, encoding: str, codec: str
    ) -> None:
        first, second, rest = self.TEXT.encode(codec).partition("c7,".encode(codec))
        content = codecs.BOM_UTF16_LE if codec == "utf-16-le" else b""
        content += first + "c7".encode(codec) + bad + second.removeprefix("c7".encode(codec)) + rest
        found = study(tmp_path, PACKERS[packing](content), "book.csv" + packing, encoding=encoding)
        assert found.unreadable == [(9, "ENCODING")]
        assert found.rows == [row for row in self.ROWS if row[0] != "c7"]


class TestCutAndDamaged:
    @pytest.mark.parametrize("packing", [".gz", ".zst"])
    @pytest.mark.parametrize("part", [0.02, 0.6, 0.999])
    @pytest.mark.parametrize("form", ["csv", "json"])
    def test_a_compressed_file_that_was_cut_off_is_refused(
        self, tmp_path: Path, packing: str, part: float, form: str
    ) -> None:
        rows = WIDE if form == "csv" else "\n".join('{"price":"10","note":"' + row + '"}' for row in WIDE.split("\n"))
        packed = PACKERS[packing](rows.encode())
        assert len(packed) > 1 << 20
        error = refused(tmp_path, packed[: int(len(packed) * part)], f"book.{form}{packing}")
        assert "cut off" in error.what
        assert f"{packing.removeprefix('.').replace('gz', 'gzip').replace('zst', 'zstd')} -t" in error.fix

    @pytest.mark.parametrize("packing", [".gz", ".zst"])
    def test_a_damaged_one_is_refused(self, tmp_path: Path, packing: str) -> None:
        packed = bytearray(PACKERS[packing](WIDE.encode()) + b"")
        if packing == ".zst":
            options = {zstd.CompressionParameter.checksum_flag: 1}
            packed = bytearray(zstd.compress(WIDE.encode(), options=options))
        packed[len(packed) // 2] ^= 0x55
        assert "damaged" in refused(tmp_path, bytes(packed), "book.csv" + packing).what

    @pytest.mark.parametrize("packing", [".gz", ".zst"])
    def test_what_follows_the_last_frame_is_refused(self, tmp_path: Path, packing: str) -> None:
        packed = PACKERS[packing](LARGE.encode()) + b"and more"
        assert "damaged" in refused(tmp_path, packed, "book.csv" + packing).what

    def test_a_name_and_a_content_that_differ_are_named(self, tmp_path: Path) -> None:
        assert "gzip" in refused(tmp_path, gzip.compress(LARGE.encode())).what
        assert ".zst" in refused(tmp_path, zstd.compress(LARGE.encode()), "book.txt").fix
        assert "damaged" in refused(tmp_path, LARGE, "book.csv.gz").what
        assert "workbook" in refused(tmp_path, b"PK\x03\x04" + b"x" * 99, "book.xlsx", format="csv").what


class TestEncodingsAreNamed:
    CASES: ClassVar[Mapping[str, tuple[bytes, str, str]]] = {
        "cp1252 read as latin-1": (lines(note="5 €").encode("cp1252"), "latin-1", "cp1252"),
        "UTF-8 with a mark read as latin-1": (lines().encode("utf-8-sig"), "latin-1", "utf-8"),
        "UTF-16 with a mark read as UTF-8": (lines().encode("utf-16"), "utf-8", "utf-16"),
        "UTF-16 without one read as UTF-8": (lines().encode("utf-16-le"), "utf-8", "utf-16"),
        "UTF-8 read as UTF-16": (lines().encode(), "utf-16", "utf-8"),
        "a header in cp1252 read as UTF-8": ("größe,".encode("cp1252") + lines().encode(), "utf-8", 'reads "größe'),
    }

    @pytest.mark.parametrize(("content", "declared", "named"), CASES.values(), ids=CASES)
    def test_the_message_names_the_other(self, tmp_path: Path, content: bytes, declared: str, named: str) -> None:
        assert named in refused(tmp_path, content, encoding=declared).fix

    def test_the_line_is_named(self, tmp_path: Path) -> None:
        text = LARGE.replace("c17000,", "c17000€,")
        error = refused(tmp_path, text.encode("cp1252"), encoding="latin-1")
        assert (error.where, "'€'" in error.what) == ("book.csv, line 17,002", True)


class TestQuotesAndLineEnds:
    """Records are counted from the bytes as well: quotes that join rows, and mixed line ends, end the reading."""

    @pytest.mark.parametrize("packing", PACKERS)
    @pytest.mark.parametrize("codec", ["utf-8", "utf-16-be"])
    def test_an_unbalanced_quote_is_named(self, tmp_path: Path, packing: str, codec: str) -> None:
        text = LARGE.replace("c5000,", 'c5000,"')
        bom = codecs.BOM_UTF16_BE if codec == "utf-16-be" else b""
        error = refused(
            tmp_path, PACKERS[packing](bom + text.encode(codec)), "book.csv" + packing, encoding=codec[:6].rstrip("-")
        )
        assert "never closed" in error.what
        assert error.where.endswith("line 5,002")

    def test_two_quotes_that_join_rows_are_named(self, tmp_path: Path) -> None:
        text = LARGE.replace("c50,", '"c50,').replace("c90,", 'c90",')
        assert "each of its lines would be a record" in refused(tmp_path, text).what

    @pytest.mark.parametrize("blank", ["", "\n" * 40])
    def test_blank_lines_do_not_hide_rows(self, tmp_path: Path, blank: str) -> None:
        text = lines().replace("c20,", 'c20,"').replace("c30,", 'c30,"x') + blank
        assert "its quotes are out of place" in refused(tmp_path, text).what
        assert len(study(tmp_path, lines() + blank).rows) == 60

    def test_fields_may_break_lines(self, tmp_path: Path) -> None:
        for end in ("\n", "\r\n"):
            for inside in ("\n", "\r\n", "\r", "\n\n\n"):
                found = study(tmp_path, lines(note=f'"one{inside}two"', end=end))
                assert {row[3] for row in found.rows} == {f"one{inside}two"}
                assert (len(found.rows), found.unreadable) == (60, [])

    def test_a_quote_out_of_place_costs_its_row(self, tmp_path: Path) -> None:
        found = study(tmp_path, lines(note='"a ""5"" pipe"') + 'c60,10,3,"5" pipe"\nc61,10,3,5" pipe\n')
        assert (found.rows[-1][3], len(found.rows)) == ('5" pipe', 61)
        assert found.unreadable == [(62, "CSV_UNQUOTED_VALUE")]

    MIXED: ClassVar[Mapping[str, tuple[str, str]]] = {
        "CR LF behind LF": (lines() + "x,10,3,x\r\ny,10,3,x\n", "1 lines end in CR LF, 62 in LF"),
        "LF behind CR LF": (lines(end="\r\n") + "x,10,3,x\n", "61 lines end in CR LF, 1 in LF"),
        "LF behind CR LF and a quote": (
            lines(end="\r\n") + 'x,10,3,"x"\ny,10,3,\r\n',
            "62 lines end in CR LF, 1 in LF",
        ),
        "LF behind CR LF, where the engine joins rows": (
            lines(end="\r\n", note='"a"') + 'x,10,3,"a"M\n"y",10,3,"a"\r\n',
            "62 lines end in CR LF, 1 in LF",
        ),
        "a CR that begins a line": (lines(0).replace("note\n", "note\n\rx,10,3,a"), "carriage return stands alone"),
        "one CR": (lines() + "x,10,3,\ry,10,3,\n", "carriage return stands alone"),
        "one CR among CR LF": (lines(end="\r\n") + "x,10,3,\ry,10,3,\r\n", "carriage return stands alone"),
        "a CR in a field": (lines() + "x\ry,10,3,\n", "carriage return stands alone"),
        "a CR at the end": (lines() + "x,10,3,\r", "carriage return stands alone"),
        "CR everywhere": (lines(end="\r"), "carriage return stands alone"),
        "CR everywhere, with quotes": (lines(note='"a"', end="\r"), "carriage return stands alone"),
    }

    @pytest.mark.parametrize(("text", "said"), MIXED.values(), ids=MIXED)
    def test_line_ends_are_named(self, tmp_path: Path, text: str, said: str) -> None:
        assert said in refused(tmp_path, text).what


class TestHeaders:
    @pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c"])
    def test_a_line_separator_of_unicode_is_part_of_a_name(self, tmp_path: Path, sign: str) -> None:
        (tmp_path / "book.csv").write_text(lines().replace("note", f"no{sign}te"), encoding="utf-8")
        names = [*NAMES[:3], f"no{sign}te"]
        assert len(read(config_of(tmp_path, "book.csv", names), 4).rows) == 60

    def test_a_name_may_hold_a_line_break(self, tmp_path: Path) -> None:
        (tmp_path / "book.csv").write_text(lines().replace("note", '"no\nte"'), encoding="utf-8")
        assert len(read(config_of(tmp_path, "book.csv", [*NAMES[:3], "no\nte"]), 4).rows) == 60

    def test_a_header_that_does_not_end_is_refused(self, tmp_path: Path) -> None:
        assert "never closed" in refused(tmp_path, lines().replace("note", '"note')).what
        assert "header cannot be read" in refused(tmp_path, lines().replace("note", "n" * 200_000)).what

    @pytest.mark.parametrize("note", ["", '"a\nb"'])
    def test_a_file_may_have_thousands_of_columns(self, tmp_path: Path, note: str) -> None:
        more = [f"more{number}" for number in range(3_000)]
        rows = [line + ",1" * len(more) for line in lines().splitlines()[1:]]
        last = rows[-1].replace("1,1,1", f"{note},1,1", 1)
        text = "\n".join([",".join([*NAMES, *more]), *rows[:-1], last, ""])
        assert len(study(tmp_path, text).rows) == 60


class TestNames:
    """A file is read by its name even where the name would be a pattern."""

    @pytest.mark.parametrize("name", ["book[1].parquet", "book?.csv", "book*.json", "book[!a].csv.gz", "book{1,2}.csv"])
    def test_a_pattern_that_is_a_name_is_a_name(self, tmp_path: Path, name: str) -> None:
        for n, file in enumerate(("book1" + Path(name).suffix, "booka.csv", name)):
            write(tmp_path / file, n)
        found = read(config_of(tmp_path, name, ["customer_id"]), 1)
        assert found.rows == [("c2",)]

    def test_a_folder_is_a_name_too(self, tmp_path: Path) -> None:
        for n, folder in enumerate(("export1", "export[1]")):
            (tmp_path / folder).mkdir()
            write(tmp_path / folder / "book.parquet", n)
        assert read(config_of(tmp_path, "export[1]/book.parquet", ["customer_id"]), 1).rows == [("c1",)]

    def test_the_name_of_a_folder_does_not_take_the_place_of_a_column(self, tmp_path: Path) -> None:
        for folder in ("customer_id=c9", "year=2024"):
            (tmp_path / folder).mkdir()
            write(tmp_path / folder / "book.parquet", 1)
        with pytest.raises(DataError, match="'customer_id' stands in the file and in the name of its folder"):
            read(config_of(tmp_path, "customer_id=c9/book.parquet", ["customer_id"]), 1)
        assert read(config_of(tmp_path, "year=2024/book.parquet", ["customer_id", "year"]), 2).rows == [("c1", "2024")]


def write(path: Path, number: int) -> None:
    if path.suffix == ".parquet":
        target = str(path.with_name("written"))
        row = f"select 'c{number}' as customer_id, 10 as price, 3 as tenure_months"
        duckdb.execute(f"copy ({row}) to '{target}' (format parquet)")
        Path(target).rename(path)
    elif path.suffix == ".json":
        path.write_text(f'{{"customer_id": "c{number}", "price": 10, "tenure_months": 3}}', encoding="utf-8")
    else:
        text = f"customer_id,price,tenure_months\nc{number},10,3\n".encode()
        path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)


class TestChangesWhileReading:
    """What was hashed is what was read: a file that is written to meanwhile is refused."""

    @staticmethod
    def appended(path: Path) -> None:
        with path.open("ab") as stream:
            stream.write(b"c60,10.00,3,\n")

    @staticmethod
    def rewritten(path: Path) -> None:
        before = path.stat()
        path.write_bytes(path.read_bytes().replace(b"10.00", b"11.00"))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))

    @staticmethod
    def replaced(path: Path) -> None:
        before = path.stat()
        other = path.with_name("book.new")
        other.write_bytes(path.read_bytes().replace(b"10.00", b"11.00"))
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        other.replace(path)

    @staticmethod
    def removed(path: Path) -> None:
        path.unlink()

    @pytest.mark.parametrize("change", ["appended", "rewritten", "replaced", "removed"])
    def test_it_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
        real = staging.tie_to_lines

        def tied(*args: Any, **options: Any) -> None:
            real(*args, **options)
            getattr(self, change)(tmp_path / "book.csv")

        monkeypatch.setattr(staging, "tie_to_lines", tied)
        said = "went away" if change == "removed" else "changed"
        assert f"the file {said} while it was read" in refused(tmp_path, lines()).what
