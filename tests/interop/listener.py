"""Takes whatever connects on a port of its own, which it prints, and notes each in a file. usage: listener.py HITS"""
import http.server
import sys


class Note(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(sys.argv[1], "a", encoding="utf-8") as hits:
            hits.write(self.path + "\n")
        self.send_error(404)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Note)
print(server.server_port, flush=True)
server.serve_forever()
