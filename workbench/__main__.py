"""``python -m workbench`` is ``lispe-workbench``."""

from workbench.cli import main

if __name__ == "__main__":
    main()
