"""The table of pages: which there are, in which order, and at which addresses."""

PAGES = (
    ("Overview", ""),
    ("Where", "where"),
    ("Data quality", "data-quality"),
    ("SQL", "sql"),
    ("Snapshots", "snapshots"),
)
"""Title and address of each page, the first one at the root; the script of each is named like it."""
WHOLE_BOOK = ("Data quality", "SQL", "Snapshots")
"""Pages that no filter narrows."""


def script_of(title: str) -> str:
    """Return the file name of a page's script.

    Example:
        >>> script_of("Data quality")
        'data_quality.py'
    """
    return f"{title.lower().replace(' ', '_')}.py"
