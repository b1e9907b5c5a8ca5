"""Charts: results in, drawings out. Nothing here queries the database or decides what a number means."""
