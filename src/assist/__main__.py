"""`python -m assist`: the command `assist` where its script is not on the path."""

from assist.cli import main

if __name__ == "__main__":
    main()
