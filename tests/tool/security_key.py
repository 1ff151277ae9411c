"""A security key in software, by PROTOCOL.u2f and PROTOCOL.sshsig of OpenSSH alone: writes NAME.pub and, over a file,
NAME.sig, as ssh-keygen does with a real one.

usage: security_key.py ed25519|ecdsa NAME FILE NAMESPACE [FLAGS]"""
import base64
import hashlib
import struct
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

kind, name, file, namespace, *flags = sys.argv[1:]
application = b"ssh:"
touched = int(flags[0]) if flags else 1
counter = 7


def string(data):
    return struct.pack(">I", len(data)) + data


def mpint(n):
    return string(n.to_bytes(n.bit_length() // 8 + 1, "big"))


if kind == "ed25519":
    key = ed25519.Ed25519PrivateKey.generate()
    type_name = b"sk-ssh-ed25519@openssh.com"
    point = string(key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))
else:
    key = ec.generate_private_key(ec.SECP256R1())
    type_name = b"sk-ecdsa-sha2-nistp256@openssh.com"
    point = string(b"nistp256") + string(key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint))
public = string(type_name) + point + string(application)

data = open(file, "rb").read()
parts = string(namespace.encode()) + string(b"") + string(b"sha512")
message = b"SSHSIG" + parts + string(hashlib.sha512(data).digest())
state = struct.pack(">BI", touched, counter)
signed = hashlib.sha256(application).digest() + state + hashlib.sha256(message).digest()
if kind == "ed25519":
    value = key.sign(signed)
else:
    r, s = utils.decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    value = mpint(r) + mpint(s)
blob = b"SSHSIG" + struct.pack(">I", 1) + string(public) + parts + string(string(type_name) + string(value) + state)

text = base64.b64encode(blob).decode()
open(name + ".pub", "w", encoding="utf-8").write(f"{type_name.decode()} {base64.b64encode(public).decode()} {name}\n")
open(name + ".sig", "w", encoding="utf-8").write(
    "-----BEGIN SSH SIGNATURE-----\n" + "".join(text[i:i + 70] + "\n" for i in range(0, len(text), 70)) +
    "-----END SSH SIGNATURE-----\n")
