#include "share_fixture.h"

const uint8_t fixture_octets[FIXTURE_SECRET_SIZE] = {
    0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f,
    0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f,
};

const char *const fixture_three_of_five[5] = {
    "window again academic acne armed freshman loyalty grief idle cargo oasis "
    "carve decorate depend teaspoon answer syndrome vintage dream rhyme moment pajamas "
    "frost grownup exotic hairy arena hearing satisfy type change involve flavor",
    "window again academic agree acquire scholar junior wildlife yoga eyebrow package "
    "hawk year intimate custody trust exhaust cover river cluster avoid density "
    "friar vexed spirit racism crucial victim owner inmate dress endless destroy",
    "window again academic amazing aide infant sidewalk papa roster magazine lunch "
    "hand miracle prospect daughter reunion peasant peasant junction universe dramatic black "
    "dynamic squeeze manager hanger hush profile raisin artwork declare grief predator",
    "window again academic arcade amuse umbrella diminish easel exercise script math "
    "cage fridge violence that fridge depend laundry webcam install piece loan "
    "duke employer beam radar flame deal transfer morning crush fiction shaped",
    "window again academic axle adequate pancake ocean injury paper flavor syndrome "
    "license enforce fiction episode adult pecan unfair security usual helpful armed "
    "adjust enforce flip estate dream silver slap client express anatomy training",
};

const char *const fixture_foreign[5] = {
    "geology else academic acne august step machine numerous credit strike hearing "
    "decision august pistol duration acid perfect standard visual chew prevent arena "
    "tadpole sunlight switch military forbid relate salary august example dryer wrist",
    "geology else academic agree amuse dwarf surprise coal rumor email liquid "
    "oasis deal bracelet living august prisoner welfare level very glasses club "
    "ceiling crush prize security staff pregnant fitness herald finger lying dive",
    "geology else academic amazing alarm snapshot mental thorn diet mineral endless "
    "fangs moment calcium teaspoon emerald friendly inmate image screw carbon society "
    "fawn judicial tactics nail epidemic salon gather clock guilt scramble headset",
    "geology else academic arcade adapt dictate submit forward swing aquatic plan "
    "warmth plot peanut force erode firm flip aircraft born snake wireless "
    "predator medal prevent rumor segment starting violence enforce identify hybrid prepare",
    "geology else academic axle adequate romp advance husband force august retreat "
    "trip mixed realize grief exclude webcam grownup else equip gasoline smart "
    "image amuse critical isolate clock remove lips raspy deploy temple remember",
};

const char *const fixture_groups[7] = {
    "gather spew acrobat leader agree campus receiver firm change elder fortune "
    "peanut rhyme public buyer salon fumes expand ancestor staff robin duke "
    "practice miracle mama presence talent involve stay junction hazard fatal ecology",
    "gather spew beard leaf antenna award unknown cowboy erode trial slavery "
    "video fawn cradle campus purple clay alive robin believe carpet desktop "
    "rescue depict level kernel leaf gross alien snapshot database museum aunt",
    "gather spew beard lily agree window finance phantom hunting spider cricket "
    "purchase review pacific leaf source grownup pink veteran enemy bike similar "
    "soul adequate prayer lobe safari mason animal leaf order pajamas music",
    "gather spew beard lungs agency garden leader debris activity spit briefing "
    "bedroom clothes salt dream improve payment carve craft render boring exact "
    "hamster eyebrow royal alarm agree random retreat puny sheriff fancy elbow",
    "gather spew ceramic learn again pistol universe energy burden spit pants "
    "victim member distance training guard reward camera deny decision slush prisoner "
    "type papa senior phrase strike year hobo drift ladle language usher",
    "gather spew ceramic lips amazing plunge exchange blimp wrap lips spray "
    "arena sister practice literary national forbid space segment brave scandal disease "
    "dilemma length punish duration carve identify universe dismiss estate average curious",
    "gather spew ceramic luxury always deny animal spark angry guilt bracelet "
    "august tidy alive adorn dictate pregnant brave thank early vanish purple "
    "idea swimming frost unkind improve ladybug crunch idea premium provide yield",
};

const char *const fixture_old[3] = {
    "desktop stay academic acid cinema column vintage duckling beam market flash "
    "pulse angel modern aluminum aunt railroad retreat prize pecan",
    "desktop stay academic agency drift boring society favorite lily obesity tracks "
    "daughter soul founder inform install patrol expect makeup company",
    "desktop stay academic always buyer emperor revenue wireless webcam painting diminish "
    "organize junk briefing ordinary unhappy flexible voter display party",
};

const char fixture_forged[] =
    "window again academic agree acquire scholar junior wildlife yoga axle package "
    "hawk year intimate custody trust exhaust cover river cluster avoid density "
    "friar vexed spirit racism crucial victim owner inmate midst corner ladle";

const char fixture_group_beyond[] =
    "window again deal agree acquire scholar junior wildlife yoga eyebrow package "
    "hawk year intimate custody trust exhaust cover river cluster avoid density "
    "friar vexed spirit racism crucial victim owner inmate tidy eyebrow animal";

const char fixture_slow[] =
    "window alien academic agree acquire scholar junior wildlife yoga eyebrow package "
    "hawk year intimate custody trust exhaust cover river cluster avoid density "
    "friar vexed spirit racism crucial victim owner inmate ounce ordinary failure";

const char fixture_threshold_beyond[] =
    "window again acrobat agree acquire scholar junior wildlife yoga eyebrow package "
    "hawk year intimate custody trust exhaust cover river cluster avoid density "
    "friar vexed spirit racism crucial victim owner inmate already pistol evaluate";

const char fixture_other_threshold[] =
    "window again academic agency acquire scholar junior wildlife yoga eyebrow package "
    "hawk year intimate custody trust exhaust cover river cluster avoid density "
    "friar vexed spirit racism crucial victim owner inmate prisoner parking ugly";

struct pki_secret *fixture_secret(const void *data, size_t size)
{
    struct pki_secret *secret = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_secret_copy(data, size, &secret, &err), err);
    return secret;
}

struct pki_secret *fixture_text(const char *text)
{
    return fixture_secret(text, strlen(text));
}

struct pki_share *fixture_share(const char *words)
{
    pki_auto(pki_secret) text = fixture_text(words);
    struct pki_share *share = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_share_parse(text, &share, &err), err);
    return share;
}

char *fixture_words(const struct pki_share *share)
{
    pki_auto(pki_secret) words = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_share_write(share, &words, &err), err);
    char *text = strndup((const char *)pki_secret_open(words), pki_secret_size(words));
    pki_secret_close(words);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    return text;
}

bool fixture_add(struct pki_shares *shares, const char *words, struct pki_error *err)
{
    pki_auto(pki_secret) text = fixture_text(words);
    struct pki_share *share = NULL;

    return pki_share_parse(text, &share, err) && pki_shares_add(shares, share, err);
}

bool fixture_is(struct pki_secret *secret, const void *data, size_t size)
{
    bool same = pki_secret_size(secret) == size && memcmp(pki_secret_open(secret), data, size) == 0;

    pki_secret_close(secret);
    return same;
}
