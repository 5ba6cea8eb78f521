"""`python -m ngatu`: the command without the script on the path."""

from ngatu.cli import main

main()
