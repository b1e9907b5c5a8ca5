"""Build a study: files in, published run with its findings out."""
