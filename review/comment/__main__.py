"""Entry point of ``python -m review.comment``."""

from review.comment.command import main

if __name__ == "__main__":
    main(prog_name="python -m review.comment")
