"""Entry point of ``python -m review.against REF``."""

from review.against.command import main

if __name__ == "__main__":
    main(prog_name="python -m review.against")
