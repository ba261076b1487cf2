"""What is said of a version that was computed again."""

from application.recomputation import Recomputed


def sentence_on(found: Recomputed | None) -> str:
    """What came out, in a sentence."""
    if found is None:
        return "There is no such version."
    if found.is_equal:
        return "What it names gives the same bytes."
    if found.is_equal is None:
        return (
            f"Version {found.version.snapshot.engine_version} of the rules made it, and"
            f" {found.engine_version} are in force: what those give would say nothing on it."
        )
    if found.has_same_figures:
        return "What it names gives the same figures, told in other bytes: an earlier program did."
    return "What it names gives other figures: have the log verified, and see the settings."
