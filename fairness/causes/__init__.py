"""Why prices changed, what was told, which promises were kept, and what it takes to close the gap.

Everything here reads the published tables of a run and returns plain data; none of it enters the share file or a
snapshot.
"""
