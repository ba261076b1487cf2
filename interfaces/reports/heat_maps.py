"""Heat maps as SVG: those of pages, drawn here for paper."""

from interfaces.reports.sheets import INK, Sheet, width_of
from interfaces.web.heat_map import HeatMap

_WAYS = {"together": "#0b56bd", "apart": "#9c4a00"}


def heat_map_svg(heat_map: HeatMap) -> str:
    """A heat map as it is on pages, with its colours."""
    blank = heat_map.beside[0].x - max(width_of(name.text) for name in heat_map.beside) - 4
    sheet = Sheet(heat_map.size - blank, heat_map.size - blank, begin=blank)
    for layer in heat_map.layers:
        sheet.area(layer.path, _WAYS[layer.way], float(layer.opacity))
    for name in heat_map.beside:
        sheet.text(name.x, name.y + 3, name.text, "end")
    for name in heat_map.above:
        sheet.upright(name.x + 3, name.y, name.text)
    for told in heat_map.numbers:
        sheet.text(told.x, told.y + 3, told.text, "middle", INK)
    return sheet.svg
