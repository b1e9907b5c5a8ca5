"""Disclosure: what may leave the firm. Its control, the share file, the released document."""
