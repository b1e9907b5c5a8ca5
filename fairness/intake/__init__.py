"""Intake: from the firm's files to typed staging tables, with a disposition for every row.

Delimited text is read as text only; types come from the config's declared formats, never from sniffing. A row that
cannot be used keeps its reason and is listed in ``quarantine``; nothing is dropped.
"""
