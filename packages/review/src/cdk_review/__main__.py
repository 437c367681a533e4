"""Entry point of ``python -m cdk_review BASE HEAD``."""

from cdk_review.command import main

if __name__ == "__main__":
    main(prog_name="python -m cdk_review")
