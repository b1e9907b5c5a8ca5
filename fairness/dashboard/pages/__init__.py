"""One script per page; Streamlit runs the file, so nothing happens on import."""
