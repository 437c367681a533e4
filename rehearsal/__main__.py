"""Entry point of ``python -m rehearsal``."""

from rehearsal.driver.commands import main, stop_on_signals

if __name__ == "__main__":
    stop_on_signals()
    main()
