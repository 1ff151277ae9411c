// Node's TLS, a whole handshake for each case on standard input (verifiers.sh says how).
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import tls from 'node:tls';

const path = 'node.socket';

// It reads one CRL of a file, the first: all.pem is not for it.
function lists(directories) {
  const files = directories.split(' ').flatMap((directory) =>
    readdirSync(directory)
      .filter((name) => name.endsWith('.pem') && name !== 'all.pem')
      .map((name) => `${directory}/${name}`),
  );

  return { crl: files.map((file) => readFileSync(file)) };
}

// One end shows the chain, the other trusts the anchors; for a client's chain they change places.
function ends(kind, anchors, chain, directories, key) {
  const shows = { cert: readFileSync(chain), key: readFileSync(key) };
  const trusts = { ca: readFileSync(anchors), rejectUnauthorized: true, ...(directories !== '-' && lists(directories)) };

  return kind === 'server'
    ? { server: shows, client: { ...trusts, servername: 'host.example' } }
    : {
        server: { ...shows, ...trusts, requestCert: true },
        client: { ...shows, rejectUnauthorized: false },
      };
}

// '' where the end that judges took the chain, else what it said
function handshake(kind, ...files) {
  const { server: options, client } = ends(kind, ...files);

  return new Promise((resolve) => {
    const server = tls.createServer(options);
    const answer = (text) => server.close(() => resolve(text));
    const judged = (socket) => {
      answer('');
      socket.destroy();
    };

    server.on('tlsClientError', (error) => kind === 'client' && answer(error.message));
    server.on('secureConnection', (socket) => (kind === 'client' ? judged(socket) : 0));
    server.listen(path, () => {
      const socket = tls.connect({ path, ...client });

      socket.on('error', (error) => kind === 'server' && answer(error.message));
      if (kind === 'server') socket.on('secureConnect', () => judged(socket));
    });
  });
}

async function judge(kind, ...files) {
  if (kind !== 'server' && kind !== 'client') return 'cannot\t';
  try {
    const refusal = await handshake(kind, ...files);

    return refusal ? `refuses\t${refusal.trim()}` : 'accepts\t';
  } catch (error) {
    return `refuses\t${error.message}`; // the end that shows it does not even load it
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const [number, kind, ...files] = line.split('\t');

  console.log(`${number}\t${await judge(kind, ...files)}`);
}
