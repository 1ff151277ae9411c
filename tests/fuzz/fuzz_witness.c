#include "ceremony/transcript.h"
#include "fuzz.h"
#include "ops/witness.h"

/* The key that a signature names itself: so that what follows its parsing is reached, too. */
static void verify_by_itself(struct pki_bytes octets, struct pki_bytes head)
{
    struct pki_error err = {0};
    struct pki_error reading = {0};
    struct pki_sshsig sshsig;
    pki_scope(pki_ssh_key) key = {0};

    if (pki_sshsig_read(octets, PKI_TRANSCRIPT_SPACE, &sshsig, &err) &&
        pki_ssh_key_read(sshsig.key, &key, &reading))
        (void)!pki_sshsig_verify(&sshsig, &key, head, &err);
}

/* The key of the seed that minisign made. */
static const char seed[] = "RWQeAkrsfslW8ydGD38Z7k0eis9hYx7UTXBbG1b2iCS71Ju/aH/bXb6Z";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct pki_bytes text = {data, size};
    const struct pki_bytes head = {(const uint8_t *)"signed by ssh-keygen", 20};
    pki_scope(pki_witnesses) witnesses = {0};
    struct pki_countersignature found;
    struct pki_error err = {0};
    struct pki_error ignored = {0};

    (void)!pki_witnesses_parse("fuzz", text, &witnesses, &err);
    err = (struct pki_error){0};
    (void)!pki_witnesses_parse("seed", (struct pki_bytes){(const uint8_t *)seed, sizeof(seed) - 1},
                               &witnesses, &err);
    (void)!pki_witnesses_verify(&witnesses, head, text, &found, &ignored);
    verify_by_itself(text, head);
    return 0;
}
