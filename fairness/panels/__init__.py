"""Panels: what a view of a study shows, ready to be put on a page."""
