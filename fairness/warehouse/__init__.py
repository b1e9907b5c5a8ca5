"""The warehouse: connections, the SQL models and the published run files."""
