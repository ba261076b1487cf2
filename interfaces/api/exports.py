"""What may be taken along: a portfolio as a file that can be imported again (spec 3.7)."""

from fastapi import APIRouter, Response

from interfaces.api.access import Asked, OwnPortfolio
from interfaces.api.documenting import OWN_PORTFOLIO, file_answers
from interfaces.api.exporting import PortfolioExport
from interfaces.files.export import export_csv

router = APIRouter(prefix="/portfolios", tags=["Portfolios"])

_FILE_NAME = "sigmasight_positions.csv"
_EXAMPLE = (
    "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class,Investment Subtype,"
    "Underlying Symbol,Strike Price,Expiration Date,Option Type,Exit Date,Exit Price Per Share,"
    "Lot,Description\r\n"
    "GOOG,100,580.07,2012-06-29,PUBLIC,STOCK,,,,,,,1,\r\n"
)


@router.get(
    "/{portfolio_id}/export",
    response_class=Response,
    summary="The positions as a file",
    responses=file_answers(_EXAMPLE, *OWN_PORTFOLIO),
)
def export_positions(program: Asked, portfolio: OwnPortfolio, note: PortfolioExport) -> Response:
    """Every position, closed ones too, as CSV; importing it gives the same positions."""
    note("positions")
    rows = program.positions_room.all_of(portfolio.portfolio_id)
    return attachment(export_csv(row.terms for row in rows), _FILE_NAME)


def attachment(csv: str, file_name: str) -> Response:
    """A CSV file to keep."""
    return Response(
        csv,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )
