"""Entry point of ``python -m rehearsal``."""

from rehearsal.driver.commands import main

if __name__ == "__main__":
    main()
