"""Entry point of ``python -m cdk_review.against REF``."""

from cdk_review.against.command import main

if __name__ == "__main__":
    main(prog_name="python -m cdk_review.against")
