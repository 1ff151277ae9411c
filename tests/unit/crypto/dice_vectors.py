"""Keys from octets and rolls of dice as libpki/crypto/dice.h describes them, by this file alone: a line each of
algorithm, octets, rolls, private number or seed, public point. Compared with tests/fixtures/keys/dice.txt."""
import hashlib
import hmac

CURVES = {  # p, a = -3, b, n, G (SP 800-186 3.2.1)
    "ecdsa-p256": (32, 2**256 - 2**224 + 2**192 + 2**96 - 1,
                   0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
                   0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
                   0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
                   0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5),
    "ecdsa-p384": (48, 2**384 - 2**128 - 2**96 + 2**32 - 1,
                   0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
                   0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
                   0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
                   0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F),
    "ecdsa-p521": (66, 2**521 - 1,
                   0x0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00,
                   0x01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409,
                   0x00C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBAA14B5E77EFE75928FE1DC127A2FFA8DE3348B3C1856A429BF97E7E31C2E5BD66,
                   0x011839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E662C97EE72995EF42640C550B9013FAD0761353C7086A272C24088BE94769FD16650),
}


def hkdf(ikm, info, size):  # RFC 5869 2.2, 2.3 over SHA-512
    prk = hmac.new(b"Root Cellar dice 1", ikm, hashlib.sha512).digest()
    out = block = b""
    for n in range(1, 3):
        block = hmac.new(prk, block + info + bytes([n]), hashlib.sha512).digest()
        out += block
    return out[:size]


def add(one, other, p):
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % p == 0:
        return None
    slope = ((3 * one[0] ** 2 - 3) * pow(2 * one[1], -1, p) if one == other
             else (other[1] - one[1]) * pow(other[0] - one[0], -1, p)) % p
    x = (slope * slope - one[0] - other[0]) % p
    return x, (slope * (one[0] - x) - one[1]) % p


def times(number, point, p):
    result = None
    while number:
        if number & 1:
            result = add(result, point, p)
        point = add(point, point, p)
        number >>= 1
    return result


def elliptic(name, octets, rolls):
    size, p, b, n, x, y = CURVES[name]
    assert (y * y - x**3 + 3 * x - b) % p == 0 and times(n, (x, y), p) is None
    secret = int.from_bytes(hkdf(octets + rolls, name.encode(), size + 8), "big")
    private = secret % (n - 1) + 1
    point = times(private, (x, y), p)
    return private.to_bytes(size, "big"), b"\x04" + point[0].to_bytes(size, "big") + point[1].to_bytes(size, "big")


def edwards(octets, rolls):  # RFC 8032 5.1.5
    q = 2**255 - 19
    d = -121665 * pow(121666, -1, q) % q

    def plus(one, other):
        k = d * one[0] * other[0] * one[1] * other[1] % q
        return ((one[0] * other[1] + other[0] * one[1]) * pow(1 + k, -1, q) % q,
                (one[1] * other[1] + one[0] * other[0]) * pow(1 - k, -1, q) % q)

    seed = hkdf(octets + rolls, b"ed25519", 32)
    number = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little")
    number = number & (2**254 - 8) | 2**254
    y = 4 * pow(5, -1, q) % q
    point = (15112221349535400772501151409588531511454012693041857206046113283949847762202, y)
    result = (0, 1)
    while number:
        if number & 1:
            result = plus(result, point)
        point = plus(point, point)
        number >>= 1
    return seed, (result[1] | (result[0] & 1) << 255).to_bytes(32, "little")


def rolled(start, n):
    digits = b""
    for i in range(n):
        start = (start * 1103515245 + 12345) % 2**31
        digits += b"123456"[(start >> 16) % 6:][:1]
    return digits


print("# dice_vectors.py: algorithm octets rolls private public")
for start in (1, 2):
    for name in (*CURVES, "ed25519"):
        size = CURVES[name][0] + 8 if name in CURVES else 32
        octets = hashlib.shake_128(b"%s %d" % (name.encode(), start)).digest(size)
        if start == 2 and name == "ecdsa-p256":
            octets = b"\xff" * size
        rolls = rolled(start, 99 + start)
        private, public = elliptic(name, octets, rolls) if name in CURVES else edwards(octets, rolls)
        print(name, octets.hex(), rolls.decode(), private.hex(), public.hex())
