"""One module per estimand: from the counts that it needs to its findings."""
