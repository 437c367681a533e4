"""Entry point of ``python -m review BASE HEAD``."""

from review.command import main

if __name__ == "__main__":
    main(prog_name="python -m review")
