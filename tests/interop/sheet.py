"""The codes of a sheet one by one, as a camera sees them: the same SVG, each time with another part of it in view.
usage: sheet.py F.svg DIRECTORY"""
import re
import subprocess
import sys

sheet = open(sys.argv[1], encoding="utf-8").read()
head = re.match(r'<svg [^>]*viewBox="0 0 (\d+) (\d+)" width="\d+mm" height="\d+mm"', sheet)
width, height = map(int, head.groups())
columns, rows = width // 45, height // 50
for number in range(columns * rows):
    view = f'viewBox="{number % columns * 45} {number // columns * 50} 45 50" width="450" height="500"'
    part = sheet.replace(re.search(r'viewBox="[^"]*" width="[^"]*" height="[^"]*"', sheet)[0], view, 1)
    subprocess.run(["rsvg-convert", "-o", f"{sys.argv[2]}/{number:02}.png"], input=part.encode(), check=True)
