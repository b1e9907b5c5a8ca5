"""The dashboard's entry for Streamlit; `fairness app` builds the study first and then starts this."""

from fairness.dashboard.main import main

main()
