"""A query as an argument of the command line: one that begins with a comment, ``--``, is no option."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.core import TyperCommand

if TYPE_CHECKING:
    from typer._click.core import Context


class QueryCommand(TyperCommand):
    """A command that takes a query, such as ``fairness sql "$(cat query.sql)"``."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Parse the arguments as ever, after queries that begin with a comment are kept from being read as options."""
        options = {name for parameter in self.params for name in parameter.opts if name.startswith("--")}
        return super().parse_args(ctx, [_kept(text, options) for text in args])


def _kept(text: str, options: set[str]) -> str:
    r"""Return an argument with a blank before it where it is a query; names of options hold no blanks.

    Example:
        >>> _kept("-- Rows\nfrom findings", {"--config"}), _kept("--config=my file", {"--config"}), _kept("--x", set())
        (' -- Rows\nfrom findings', '--config=my file', '--x')
    """
    is_query = text.startswith("--") and len(text.split()) > 1 and text.partition("=")[0] not in options
    return f" {text}" if is_query else text
