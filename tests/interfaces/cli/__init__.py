"""What is specified of the command line."""
