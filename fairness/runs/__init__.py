"""Runs: the published files of a study, who may write them, the key of their pseudonyms, and what erases a customer."""
