"""The command line, `sigmasight`: what is asked for on this machine's own terminal."""
