"""What the dashboard answers to whoever may not read it; imports nothing, as it is read before the pages are loaded."""

WRONG_HOST = "This address is not served here."
WRONG_ORIGIN = "Another page asked for this; only the dashboard's own pages may."
NO_TOKEN = "Open the address that `fairness app` printed: it holds the token of the dashboard that is running."
READ_ONLY = "The dashboard takes nothing but requests to read."
NOTHING_HERE = "There is nothing at this address."
NO_PAGE = "This page does not exist"


def dashboard_on(address: str) -> str:
    """Return where the dashboard is, and how it ends."""
    return f"The dashboard is on {address} (stop it with Ctrl-C)"
