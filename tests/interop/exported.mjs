/*
 * What the tests have to know of the JSON that the tools exported.
 *
 *   node exported.mjs local SIGNING_CONFIG FULCIO_URL TSA_URL
 *       prints the signing config with its services moved to these origins, else unchanged;
 *       an empty TSA_URL removes that service
 *   node exported.mjs mixes MANIFEST PATH
 *       succeeds if the manifest says that the file PATH does not separate environments
 *   node exported.mjs separates MANIFEST PATH
 *       ... that it does
 *   node exported.mjs logs TRUSTED_ROOT LIST NUMBER
 *       succeeds if LIST (tlogs, ctlogs) has NUMBER well-formed entries
 */
import {createHash, createPublicKey} from 'node:crypto';
import {readFileSync} from 'node:fs';

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function moveTo(service, origin) {
  return {...service, url: service.url.replace(new URL(service.url).origin, origin)};
}

function local(configPath, fulcio, tsa) {
  const config = readJson(configPath);

  if (!config.caUrls?.length || !config.tsaUrls?.length)
    throw new Error('the signing config must name a CA and a timestamp authority');
  const {tsaUrls, tsaConfig, ...rest} = config;
  const stamped = tsa && {tsaConfig, tsaUrls: tsaUrls.map((service) => moveTo(service, tsa))};
  const caUrls = config.caUrls.map((service) => moveTo(service, fulcio));

  console.log(JSON.stringify({...rest, caUrls, ...stamped}));
}

/* Wherever in the manifest it stands: the object that names the path. */
function findEntry(value, path) {
  if (value === null || typeof value !== 'object')
    return undefined;
  if (Object.values(value).includes(path) && 'separates_environments' in value)
    return value;
  return Object.values(value).map((child) => findEntry(child, path)).find(Boolean);
}

function expectSeparation(manifestPath, path, expected) {
  const entry = findEntry(readJson(manifestPath), path);

  if (!entry)
    throw new Error(`${manifestPath} says nothing of ${path}`);
  if (entry.separates_environments !== expected)
    throw new Error(`${path}: separates_environments is ${entry.separates_environments}`);
}

/* The id of a log is the SHA-256 of its public key's DER (RFC 6962 3.2). */
function checkLog({publicKey, logId, hashAlgorithm}) {
  const der = Buffer.from(publicKey.rawBytes, 'base64');
  const id = createHash('sha256').update(der).digest('base64');

  createPublicKey({key: der, format: 'der', type: 'spki'});
  if (logId.keyId !== id)
    throw new Error(`log id ${logId.keyId} is not the digest of its key, ${id}`);
  if (hashAlgorithm !== 'SHA2_256' || !publicKey.keyDetails || !publicKey.validFor?.start)
    throw new Error('a log needs hashAlgorithm SHA2_256, keyDetails and validFor.start');
}

function logs(path, list, number) {
  const entries = readJson(path)[list] ?? [];

  if (entries.length !== Number(number))
    throw new Error(`${path} has ${entries.length} ${list}, expected ${number}`);
  entries.forEach(checkLog);
}

const commands = {
  local,
  logs,
  mixes: (manifest, path) => expectSeparation(manifest, path, false),
  separates: (manifest, path) => expectSeparation(manifest, path, true),
};
const [command, ...operands] = process.argv.slice(2);

try {
  commands[command](...operands);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
