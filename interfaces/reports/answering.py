"""A report as a file that is answered with."""

from fastapi.responses import Response

from interfaces.reports.content import Report
from interfaces.reports.pdf import as_pdf

PDF = "application/pdf"


def file_of(report: Report) -> Response:
    """The report as a PDF, named after its session."""
    of = f"_{report.session}" if report.session else ""
    headers = {"Content-Disposition": f'attachment; filename="sigmasight_report{of}.pdf"'}
    return Response(as_pdf(report), media_type=PDF, headers=headers)
