"""Entry point of ``python -m cdk_review.comment``."""

from cdk_review.comment.command import main

if __name__ == "__main__":
    main(prog_name="python -m cdk_review.comment")
