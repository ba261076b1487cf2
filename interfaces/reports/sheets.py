"""What drawings are made on: texts, lines and areas as SVG, sizes in points."""

from dataclasses import dataclass, field
from html import escape

FONT = "Libertinus Serif"
WIDTH = 494
INK, MUTED = "#1b2430", "#525d6e"

_SIZE = 8
_WIDE, _SLIM = 0.7 * _SIZE, 0.47 * _SIZE  # about as wide as capitals and other letters are


@dataclass(slots=True)
class Sheet:
    """What is drawn so far, on `width` x `height`, counted from `begin` either way."""

    height: float
    width: float = WIDTH
    begin: float = 0.0
    parts: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, anchor: str = "start", fill: str = MUTED) -> None:
        """A text that begins, ends or has its middle there."""
        self.parts.append(
            f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}" fill="{fill}">'
            f"{_escaped(text)}</text>"
        )

    def upright(self, x: float, y: float, text: str) -> None:
        """A text that begins there and leads upwards."""
        self.parts.append(
            f'<text transform="translate({x:g} {y:g}) rotate(-90)" fill="{MUTED}">'
            f"{_escaped(text)}</text>"
        )

    def line(self, ends: tuple[float, float, float, float], stroke: str) -> None:
        """A thin straight line."""
        x1, y1, x2, y2 = ends
        self.path(f"M{x1:.2f} {y1:.2f}L{x2:.2f} {y2:.2f}", stroke, 0.5)

    def path(self, way: str, stroke: str, width: float) -> None:
        """A line along a way."""
        self.parts.append(
            f'<path d="{way}" fill="none" stroke="{stroke}" stroke-width="{width}"'
            ' stroke-linejoin="round"/>'
        )

    def area(self, way: str, fill: str, opacity: float = 1.0) -> None:
        """What a way encloses."""
        self.parts.append(f'<path d="{way}" fill="{fill}" fill-opacity="{opacity}"/>')

    @property
    def svg(self) -> str:
        """The drawing."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{self.begin:g} {self.begin:g}'
            f' {self.width:g} {self.height:g}"'
            f' font-family="{FONT}" font-size="{_SIZE}">{"".join(self.parts)}</svg>'
        )


def width_of(text: str) -> float:
    """About how wide a text is."""
    return sum(_WIDE if one.isupper() or one in "_%@" else _SLIM for one in text)


def _escaped(text: str) -> str:
    """A text as XML, without what that has no way to write."""
    return escape("".join(one if one >= " " and one not in "\ufffe\uffff" else " " for one in text))
