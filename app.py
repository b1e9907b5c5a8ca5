"""The dashboard's script for Streamlit; `fairness app` builds the study, and serves this to its own user only."""

from fairness.dashboard.main import main

main()
