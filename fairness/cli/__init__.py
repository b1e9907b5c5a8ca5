"""The command line: commands, and what they print."""

from fairness.cli.commands import main

__all__ = ["main"]
