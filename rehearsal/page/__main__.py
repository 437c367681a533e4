"""Entry point of ``python -m rehearsal.page``."""

from rehearsal.page.command import main

if __name__ == "__main__":
    main()
