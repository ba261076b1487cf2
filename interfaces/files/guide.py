"""What a user should know about a file format before exporting one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """A recognised format, in words for `GET /onboarding/formats` and docs/import.

    `name` is the word that events and answers carry. `file_name` is how such a file is usually
    called. `has_cost` and `has_entry_dates` say what the export itself tells; where it does not,
    the upload needs `default_entry_price` or `default_entry_date`. `where_cost` and `where_dates`
    are sentences on where the broker shows them. `documentation` is the page in the repository.
    """

    name: str
    title: str
    file_name: str
    how_to_export: str
    has_cost: bool
    has_entry_dates: bool
    where_cost: str
    where_dates: str
    assumptions: tuple[str, ...]
    documentation: str
