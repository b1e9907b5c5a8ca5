"""The engine: connections, the SQL models, queries, and a guard for queries that nobody has read."""
