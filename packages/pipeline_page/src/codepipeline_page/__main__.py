"""Entry point of ``python -m codepipeline_page``."""

from codepipeline_page.command import main

if __name__ == "__main__":
    main()
