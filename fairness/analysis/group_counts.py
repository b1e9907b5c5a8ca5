"""How many groups a study forms, counted before anything is computed for each of them."""

from __future__ import annotations

from dataclasses import dataclass

from fairness.engine.base import Connection

_CELLS = """
select count(distinct cell_key), coalesce(sum(n_observations), 0)
from cell_coverage
inner join params using (currency)
"""
_COLUMNS = """
select column_name, count(distinct value) as n_values
from cell_value
where cell_key in (select cell_key from cell_coverage inner join params using (currency))
group by column_name
having count(distinct value) > 1
order by n_values desc, column_name
"""
_LENSES = """
select lens, count(distinct value) as n_values
from lens_value
where lens_key in (select lens_key from cell_coverage inner join params using (currency))
group by lens
order by lens
"""


@dataclass(frozen=True, slots=True)
class GroupCounts:
    """The groups of the study's currency.

    Attributes:
        n_customers: Customers, counted in each cell that they are in.
        n_cells: Like-for-like cells.
        columns: Columns of the cell with several values and their number, most first.
        lenses: Each lens and its number of values.
    """

    n_customers: int
    n_cells: int
    columns: tuple[tuple[str, int], ...]
    lenses: tuple[tuple[str, int], ...]


def count_groups(con: Connection) -> GroupCounts:
    """Count the groups of a warehouse whose models have run."""
    n_cells, n_customers = con.execute(_CELLS).fetchone() or (0, 0)
    columns, lenses = (
        tuple((str(name), int(n)) for name, n in con.execute(sql).fetchall()) for sql in (_COLUMNS, _LENSES)
    )
    return GroupCounts(int(n_customers), int(n_cells), columns, lenses)
