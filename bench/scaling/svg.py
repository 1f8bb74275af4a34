"""A plot in, SVG out: two logarithmic axes, readable on light and on dark."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.scaling.lines import Line, Plot

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 40, 48
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e")
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #444 }
  .title { font-size: 14px; font-weight: 600 }
  .grid { stroke: #8884; stroke-width: 1 }
  .line { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) { text { fill: #bbb } }
"""


class Axis:
    """A logarithmic axis from `start` to `end`, in pixels, over decades that hold all values."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self._start, self._end = start, end
        self._low = math.floor(math.log10(min(values)))
        self._high = max(math.ceil(math.log10(max(values))), self._low + 1)

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return self._start + share * (self._end - self._start)

    def ticks(self) -> list[float]:
        """Return the powers of ten, and what lies between where those are few."""
        powers = [10.0**power for power in range(self._low, self._high + 1)]
        if len(powers) > 2:
            return powers
        return [powers[0] * step for step in (1, 2, 3, 4, 5, 10)]


def draw(plot: Plot) -> str:
    """Return the plot as a whole SVG file."""
    points = [point for line in plot.lines for point in line.points]
    x = Axis([value for value, _ in points], LEFT, WIDTH - RIGHT)
    y = Axis([value for _, value in points], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(plot.title)}</title>",
        f"<style>{STYLE}</style>",
        _text(LEFT, 20, plot.title, "title"),
        *_grid(x, y),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, plot.x, anchor="middle"),
        _text(LEFT, TOP - 8, plot.y),
        *_lines(plot.lines, x, y),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _grid(x: Axis, y: Axis) -> Iterator[str]:
    for tick in x.ticks():
        at = x.at(tick)
        yield f'<path class="grid" d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
        yield _text(at, HEIGHT - BOTTOM + 16, f"{tick:,g}", anchor="middle")
    for tick in y.ticks():
        at = y.at(tick)
        yield f'<path class="grid" d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}"/>'
        yield _text(LEFT - 6, at + 4, f"{tick:,g}", anchor="end")


def _lines(lines: Sequence[Line], x: Axis, y: Axis) -> Iterator[str]:
    """Yield each line, its points with their values as tooltips, and its label at its end."""
    free = float(HEIGHT)
    order = sorted(range(len(lines)), key=lambda number: lines[number].points[-1][1])
    for number in order:
        line, colour = lines[number], COLOURS[number % len(COLOURS)]
        places = [(x.at(a), y.at(b)) for a, b in line.points]
        way = "L".join(f"{a:.1f} {b:.1f}" for a, b in places)
        yield f'<path class="line" stroke="{colour}" d="M{way}"/>'
        for (a, b), (size, value) in zip(places, line.points, strict=True):
            tip = f"<title>{escape(line.label)}, {size:,g}: {value:,.3g}</title>"
            yield f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="{colour}">{tip}</circle>'
        free = min(free - 15, places[-1][1])  # labels do not lie upon each other
        yield _text(WIDTH - RIGHT + 10, free + 4, line.label, colour=colour)


def _text(
    x: float, y: float, words: str, kind: str = "", anchor: str = "start", colour: str = ""
) -> str:
    style = f' style="fill:{colour}"' if colour else ""
    name = f' class="{kind}"' if kind else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{name}{style}>{escape(words)}</text>'
    )
