"""``python -m azops_tui`` is ``azops``."""

from azops_tui.cli import main

if __name__ == "__main__":
    main()
