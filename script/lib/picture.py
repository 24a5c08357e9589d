"""Draws a text as an SVG terminal window: python3 script/lib/picture.py REPORT.txt > docs/demo-report.svg"""
import html
import sys

LINE, CHAR, MARGIN = 18, 7.83, 20


def colour(line):
    if line.startswith("ok "):
        return "#7ee787"
    if line.startswith("NO ") or line.startswith("NOT "):
        return "#ff7b72"
    return "#e6edf3" if not line.startswith(("part", "    what")) else "#79c0ff"


def svg(lines):
    width = int(max(len(line) for line in lines) * CHAR + 2 * MARGIN)
    height = len(lines) * LINE + 2 * MARGIN
    texts = [f'<text x="{MARGIN}" y="{MARGIN + LINE * (i + 0.8):.0f}" fill="{colour(line)}" xml:space="preserve">'
             f"{html.escape(line)}</text>" for i, line in enumerate(lines)]
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
                      'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13">',
                      f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>', *texts, "</svg>"])


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        print(svg(file.read().splitlines()))
