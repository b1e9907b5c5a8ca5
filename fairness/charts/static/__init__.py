"""Charts that never move: shapes on a page, as SVG and as native shapes of a slide."""
