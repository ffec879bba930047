"""``python -m lint_embed`` is the command ``lint-embed``."""

from lint_embed.cli import main

if __name__ == "__main__":
    main(prog_name="lint-embed")
