/*
 * The second Sigstore client: npm's @sigstore/sign and @sigstore/verify, which share no code with
 * cosign. The packages are found in the directory that INTEROP_NPM names (pins.sh, install).
 *
 *   node client.mjs sign   FILE BUNDLE FULCIO_URL TSA_URL TOKEN_FILE
 *   node client.mjs verify FILE BUNDLE TRUSTED_ROOT EMAIL ISSUER
 *
 * The umbrella package "sigstore" would not do: it takes its trusted root from the internet only.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';

const require = createRequire(`${process.env.INTEROP_NPM}/`);
const {bundleFromJSON, bundleToJSON} = require('@sigstore/bundle');
const {TrustedRoot} = require('@sigstore/protobuf-specs');
const {FulcioSigner, MessageSignatureBundleBuilder, TSAWitness} = require('@sigstore/sign');
const {Verifier, toSignedEntity, toTrustMaterial} = require('@sigstore/verify');

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

async function sign(file, bundlePath, fulcioBaseURL, tsaBaseURL, tokenFile) {
  const identityProvider = {getToken: async () => readFileSync(tokenFile, 'utf8')};
  const limits = {retry: 0, timeout: 10000};
  const builder = new MessageSignatureBundleBuilder({
    signer: new FulcioSigner({fulcioBaseURL, identityProvider, ...limits}),
    witnesses: [new TSAWitness({tsaBaseURL, ...limits})],
  });
  const bundle = await builder.create({data: readFileSync(file)});

  writeFileSync(bundlePath, JSON.stringify(bundleToJSON(bundle)));
}

async function verify(file, bundlePath, trustedRootPath, email, issuer) {
  const material = toTrustMaterial(TrustedRoot.fromJSON(readJson(trustedRootPath)));
  /* No logs here, so the timestamp is what proves the time: with a threshold of 0 this verifier
   * has no time to check the chain at, and throws. */
  const verifier = new Verifier(material, {
    tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 1,
  });
  const entity = toSignedEntity(bundleFromJSON(readJson(bundlePath)), readFileSync(file));
  const pattern = `^${email.replaceAll('.', '\\.')}$`;

  verifier.verify(entity, {subjectAlternativeName: pattern, extensions: {issuer}});
}

const commands = {sign, verify};
const [command, ...operands] = process.argv.slice(2);

try {
  await commands[command](...operands);
} catch (error) {
  console.error(`${error.code ?? error.name}: ${error.message}`);
  if (error.cause)
    console.error(`cause: ${error.cause.message}`);
  process.exit(1);
}
