"""Makes the tables of ``sql/README.md`` and the picture ``sql/lineage.svg`` from the headers of the SQL files.

Run with `make docs`; with ``--check`` nothing is written and files that are out of date are named.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from fairness.charts.static.drawing import INK, INK3, PAPER, Drawing, Outline, Place, Text
from fairness.charts.static.svg import render
from fairness.engine.headers import Header, read_model, read_tables, texts
from fairness.engine.models import analyst_tables, model_files, sql_root

README, LINEAGE = sql_root() / "README.md", sql_root() / "lineage.svg"
BEGIN, END = "<!-- {}: written by `make docs` -->", "<!-- end -->"

COLUMN_WIDTH, ROW_HEIGHT, TOP, LEFT, BOX, BULGE = 250, 30, 64, 24, 172, 14
STAGE_COLOURS = (
    *("#656D75", "#0B6E99", "#00744F", "#8A5A00", "#7A4FA3"),
    *("#B04A00", "#3D5A80", "#6B4C3B", "#2F6B6B", "#8C2F5B"),
)


def stages() -> dict[str, list[tuple[Path, Header]]]:
    """Return file and header of each model by the folder that holds it, in running order."""
    found: dict[str, list[tuple[Path, Header]]] = defaultdict(list)
    for path in model_files():
        found[path.parent.name].append((path, read_model(path)))
    return found


def tables_of(headers: Iterable[Header]) -> Iterator[str]:
    """Yield the published tables, folded, each with its columns."""
    known = analyst_tables()
    for header in headers:
        if header.is_published:
            kind = " (view)" if header.kind == "view" else ""
            yield f"<details><summary><code>{header.name}</code>{kind}: {_html(header.grain)}</summary>\n"
            yield "| column | |\n|---|---|"
            for name, text in texts([header], known)[header.name].items():
                yield f"| `{name}` | {_cell(text)} |"
            yield "\n</details>\n"


def models_table() -> Iterator[str]:
    """Yield the table of the models."""
    yield "| model | grain | reads |\n|---|---|---|"
    for stage, models in stages().items():
        for path, header in models:
            kind = " (view)" if header.kind == "view" else ""
            link = f"[`{header.name}`](models/{stage}/{path.name}){kind}"
            yield f"| {link} | {_cell(header.grain)} | {', '.join(f'`{name}`' for name in header.reads)} |"


def readme(text: str) -> str:
    """Return the README with its generated parts made again.

    Raises:
        ValueError: A part has no place in it.
    """
    by_stage = stages()
    tables = sql_root() / "tables"
    parts = {
        "results": tables_of(read_tables(tables / "findings.sql")),
        "rows and prices": tables_of(h for stage in by_stage if stage != "5_counts" for _, h in by_stage[stage]),
        "counts and keys": tables_of(header for _, header in by_stage["5_counts"]),
        "settings and inputs": tables_of(read_tables(tables / "intake.sql")),
        "models": models_table(),
    }
    for name, lines in parts.items():
        begin = BEGIN.format(name)
        place = re.compile(rf"{re.escape(begin)}\n.*?{re.escape(END)}", re.DOTALL)
        if len(place.findall(text)) != 1:
            raise ValueError(f"sql/README.md has no single place for the part '{name}'")
        made = "\n".join([begin, "", *lines])
        text = place.sub(lambda _, made=made: f"{made.rstrip()}\n\n{END}", text)
    return text


def lineage() -> str:
    """Return the picture of which model reads which: a column per folder, in running order from left to right."""
    headers = [header for models in stages().values() for _, header in models]
    read = {name for header in headers for name in header.reads}
    given = read_tables(sql_root() / "tables" / "intake.sql")
    # Settings are read by many models: their lines would cover the rest.
    columns = {"input": [table.name for table in given if table.name in read and table.name.startswith("stg_")]}
    columns |= {stage: [header.name for _, header in models] for stage, models in stages().items()}
    column_of = {name: place for place, names in enumerate(columns.values()) for name in names}
    spots: dict[str, Place] = {
        name: (LEFT + COLUMN_WIDTH * place, TOP + ROW_HEIGHT * row)
        for place, names in enumerate(columns.values())
        for row, name in enumerate(names)
    }
    height = TOP + ROW_HEIGHT * max(map(len, columns.values())) + 16
    label = "Which SQL model reads which, folder by folder from the staged rows to the counts"
    drawing = Drawing(LEFT + COLUMN_WIDTH * len(columns), height, label)
    drawing.rectangle((0, 0), (drawing.width, drawing.height), PAPER)
    for header in headers:
        for source in filter(spots.__contains__, header.reads):
            colour = STAGE_COLOURS[column_of[source]]
            drawing.add(Outline(_path(spots[source], spots[header.name]), stroke=colour, width=0.8))
    published = {header.name for header in headers if header.is_published}
    for place, (stage, names) in enumerate(columns.items()):
        drawing.add(Text((LEFT + COLUMN_WIDTH * place, 30), stage, size=15, weight=600))
        for name in names:
            x, y = spots[name]
            drawing.rectangle((x - 4, y - 10), (x + BOX, y + 12), STAGE_COLOURS[place])
            drawing.rectangle((x - 3, y - 9), (x + BOX - 1, y + 11), PAPER)
            look = (INK, 600) if name in published else (INK3, 400)
            drawing.add(Text((x + 4, y + 5), name, size=12, colour=look[0], weight=look[1]))
    return render(drawing) + "\n"


def _path(start: Place, end: Place) -> tuple[Place, ...]:
    """Return a curve from the right of one box to the left of another; within a column to its right, around others."""
    (x1, y1), (x2, y2) = (start[0] + BOX, start[1] + 1), (end[0] - 4, end[1] + 1)
    reach = 0.45 * (x2 - x1)
    if x2 < x1:
        x2, reach = end[0] + BOX, 0.0
    bend = BULGE + abs(y2 - y1) / 8 if not reach else 0.0
    controls = (x1 + (reach or bend), y1), (x2 - reach + bend if reach else x2 + bend, y2)
    n_steps = 8 + int(abs(x2 - x1) // 40)
    steps = [number / n_steps for number in range(n_steps + 1)]
    return tuple(_bezier((x1, y1), *controls, (x2, y2), t) for t in steps)


def _bezier(one: Place, two: Place, three: Place, four: Place, t: float) -> Place:
    weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
    x, y = (sum(w * p[axis] for w, p in zip(weights, (one, two, three, four), strict=True)) for axis in (0, 1))
    return x, y


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def main(arguments: list[str]) -> int:
    """Write both files, or name those that are out of date."""
    made = {README: readme(README.read_text(encoding="utf-8")), LINEAGE: lineage()}
    stale = [path for path, text in made.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if arguments == ["--check"]:
        for path in stale:
            print(f"{path.name} is out of date: run `make docs`", file=sys.stderr)
        return bool(stale)
    for path in stale:
        path.write_text(made[path], encoding="utf-8")
        print(f"wrote {path.relative_to(sql_root().parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
