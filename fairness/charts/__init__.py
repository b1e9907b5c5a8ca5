"""Charts: results in, drawings out. Nothing here asks the database or decides what a number means."""
