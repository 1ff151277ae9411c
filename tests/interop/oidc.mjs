/*
 * An OpenID Connect issuer for tests, on loopback, from nothing but Node.
 *
 *   node oidc.mjs      prints its issuer URL on one line, then serves until it is killed
 *
 *   GET /.well-known/openid-configuration   discovery
 *   GET /keys                               its RSA key as a JWKS
 *   GET /token?email=E                      an identity token for E, good for an hour; whoever asks gets one
 *
 * It is also the proxy that clients under test are told to use: it refuses each request to connect
 * elsewhere and lists their targets at GET /strays. So a client that goes to the internet fails at
 * once, also on a machine that has one, and the test can say where it wanted to go.
 */
import {createSign, generateKeyPairSync} from 'node:crypto';
import {createServer} from 'node:http';

const KEY_ID = 'test';
const AUDIENCE = 'sigstore'; /* the client id that Fulcio's configuration and cosign expect */

const {publicKey, privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048});
const strays = [];
let issuer;

function base64url(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function token(email) {
  const now = Math.floor(Date.now() / 1000);
  const header = {alg: 'RS256', kid: KEY_ID, typ: 'JWT'};
  /* Fulcio refuses an email that the issuer does not call verified. */
  const claims = {
    iss: issuer, sub: email, aud: AUDIENCE, iat: now, exp: now + 3600, email, email_verified: true,
  };
  const body = `${base64url(header)}.${base64url(claims)}`;

  return `${body}.${createSign('RSA-SHA256').update(body).sign(privateKey, 'base64url')}`;
}

function discovery() {
  return JSON.stringify({
    issuer, /* must equal the token's iss byte for byte */
    jwks_uri: `${issuer}/keys`,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  });
}

function keys() {
  const jwk = publicKey.export({format: 'jwk'});
  return JSON.stringify({keys: [{...jwk, kid: KEY_ID, alg: 'RS256', use: 'sig'}]});
}

const answers = {
  '/.well-known/openid-configuration': discovery,
  '/keys': keys,
  '/token': (query) => token(query.get('email')),
  '/strays': () => strays.join('\n'),
};

/* A proxied plain-http request names a whole URL, an ordinary one a path. */
function serve(request, response) {
  const url = new URL(request.url, issuer);
  const answer = answers[url.pathname];

  if (url.origin !== issuer || !answer) {
    if (url.origin !== issuer)
      strays.push(url.href);
    response.writeHead(404).end();
    return;
  }
  response.end(answer(url.searchParams));
}

const server = createServer(serve);

server.on('connect', (request, socket) => {
  strays.push(request.url);
  socket.on('error', () => {});
  socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
});
server.listen(0, '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  console.log(issuer);
});
