"""What a console shows of codes, as images: a cell is 8 by 16 dots, and light dots are where a block is. usage: ... | console.py DIRECTORY"""
import sys

CELLS = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}


def draw(lines, path):
    width = max(map(len, lines))
    dots = bytearray()
    for line in lines:
        for half in (0, 1):
            row = b"".join((b"\xff" if CELLS[cell][half] else b"\0") * 8 for cell in line.ljust(width))
            dots += row * 8
    with open(path, "wb") as image:
        image.write(b"P5 %d %d 255\n" % (width * 8, len(lines) * 16) + dots)


frames = []
for line in sys.stdin.read().splitlines():
    if line.startswith("frame "):
        frames.append([])
    elif line:
        frames[-1].append(line)
for number, lines in enumerate(frames):
    draw(lines, f"{sys.argv[1]}/{number:02}.pgm")
