"""``python -m fairness``: the command line."""

from fairness.cli import main

if __name__ == "__main__":
    main()
