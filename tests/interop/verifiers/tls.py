"""Python's ssl, a whole handshake in memory for each case on standard input (verifiers.sh says how)."""
import ssl
import sys


def shows(protocol, chain, key):
    context = ssl.SSLContext(protocol)
    context.load_cert_chain(chain, key)
    return context


def trusts(context, anchors, lists):
    context.load_verify_locations(anchors)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    if lists != "-":
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
        for directory in lists.split(" "):
            context.load_verify_locations(directory + "/all.pem")
    context.verify_mode = ssl.CERT_REQUIRED


def handshake(client, server):
    """Octets go to and fro until both ends are done, or one of them raises."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname="host.example"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    while ends:
        for end in list(ends):
            try:
                end.do_handshake()
                ends.remove(end)
            except ssl.SSLWantReadError:
                pass


def judge(kind, anchors, chain, lists, key):
    if kind == "server":
        server = shows(ssl.PROTOCOL_TLS_SERVER, chain, key)
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusts(client, anchors, lists)
    else:
        server = shows(ssl.PROTOCOL_TLS_SERVER, chain, key)
        trusts(server, anchors, lists)
        client = shows(ssl.PROTOCOL_TLS_CLIENT, chain, key)
        client.check_hostname = False
        client.verify_mode = ssl.CERT_NONE
    handshake(client, server)


for line in sys.stdin:
    number, kind, *files = line.rstrip("\n").split("\t")
    answer = "accepts\t"
    if kind not in ("server", "client"):
        answer = "cannot\t"
    else:
        try:
            judge(kind, *files)
        except ssl.SSLError as error:
            answer = "refuses\t" + (getattr(error, "verify_message", "") or error.reason or str(error))
    print(number, answer, sep="\t")
