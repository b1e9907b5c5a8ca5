"""Findings: what an analysis says, as typed results and as the document that every surface reads."""
