"""`python -m tests.simulator SEED`: tells the story of a seed, step by step."""

import sys

from tests.simulator.simulation import IdentityBroken, Simulation


def main() -> None:
    """Tell the story; it ends with the digest of the log, or with what did not hold."""
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit("usage: python -m tests.simulator SEED")
    simulation = Simulation(int(sys.argv[1]), tell=_told)
    try:
        digest = simulation.run()
    except IdentityBroken as broken:
        sys.exit(str(broken))
    _told(f"{simulation.machine.log.position()} events, digest {digest}")


def _told(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
