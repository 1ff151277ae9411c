"""Nothing runs over the edge: the rightmost dots of each image are of one colour, and it is not blank.
usage: edges.py png|pgm IMAGE..."""
import struct
import sys
import zlib

MARGIN = 8  # dots


def read_pgm(path):
    data = open(path, "rb").read()
    kind, size, most, dots = data.split(b"\n", 3)
    width, height = map(int, size.split())
    assert kind == b"P5" and most == b"255" and len(dots) == width * height, path
    return [dots[y * width:(y + 1) * width] for y in range(height)], 1


def predict(kind, a, b, c):
    if kind == 4:
        p = a + b - c
        near = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))
        return near[2]
    return (0, a, b, (a + b) // 2)[kind]


def read_png(path):
    data = open(path, "rb").read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", data[at + 8:at + 18])
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += size + 12
    assert depth == 8 and colour in (2, 6), (path, depth, colour)
    each = 3 if colour == 2 else 4
    raw, length = zlib.decompress(packed), width * each
    rows, above = [], bytes(length)
    for y in range(height):
        start = y * (length + 1)
        kind, row = raw[start], bytearray(raw[start + 1:start + 1 + length])
        for x in range(length if kind else 0):
            left = row[x - each] if x >= each else 0
            corner = above[x - each] if x >= each else 0
            row[x] = (row[x] + predict(kind, left, above[x], corner)) & 255
        rows.append(bytes(row))
        above = row
    return rows, each


for path in sys.argv[2:]:
    rows, each = (read_png if sys.argv[1] == "png" else read_pgm)(path)
    ground = rows[0][:each]
    for y, row in enumerate(rows):
        assert row[-MARGIN * each:] == ground * MARGIN, f"{path}: line {y} runs over the edge"
    assert any(row != rows[0] for row in rows), f"{path}: blank"
