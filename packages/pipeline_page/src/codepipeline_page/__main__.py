"""Entry point of ``python -m codepipeline_page``."""

from codepipeline_page.command import NAME, main

if __name__ == "__main__":
    main(prog_name=NAME)
