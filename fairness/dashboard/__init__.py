"""The dashboard: filters, then findings, then figures. No page computes a number."""
