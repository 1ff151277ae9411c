"""Runs the root genesis at a pseudo-terminal, in the directory of run.sh."""
import os
import re
import signal

from terminal import Terminal

SECRET = "Kx7q verbena-Wnb3 mosaic 9fTz lantern"
NAME = "Example Corp Root CA"
work = os.getcwd()


def answers(*left_out):
    """A file that answers everything but these (step, key), which a person is asked."""
    text = open("answers.yaml", encoding="utf-8").read()
    if left_out:
        text += "steps:\n"
    for step in sorted({step for step, _ in left_out}):
        text += f'  - id: "{step}"\n'
        text += "".join(f"    {key}: ''\n" for s, key in left_out if s == step)
    open("some.yaml", "w", encoding="utf-8").write(text)


def run(*options):
    return Terminal("cellar", "ceremony", "run", "genesis.yaml", "-C", work + "/media/cellar", "--record", "typed",
                    "--answers", "some.yaml", *options)


def events():
    return re.findall(r'"event": "(\w+)"', open("typed/transcript.jsonl", encoding="utf-8").read())


# Enter alone does nothing; a sheet; a pause; then Ctrl-C: everything is recorded.
answers(("020", "words"), ("020", "initials-witness"), ("030", "initials-administrator"))
tool = run()
tool.expect(r"step 2 of 21, 0 min, expected 5")
tool.expect(r"Words\s+> ")
tool.type("")
tool.expect("Enter alone is no answer")
tool.expect(r"Words\s+> ")
tool.type("x" * 1100 + "\nno answer\nnor that")
tool.expect(r"longer than 1023 bytes. Once more:\s+> ")
assert "nor that" not in open("typed/transcript.jsonl", encoding="utf-8").read()
tool.type("e")
for prompt, text in (("What was expected", "a blue label"), ("What happened", "it is green"),
                     ("What was decided", "it is the right one"), ("Who says so", "witness, C. Clark")):
    tool.expect(prompt)
    tool.type(text)
tool.expect(r"stop +to end the ceremony here, for good \(p only pauses it\)\s+> ")
tool.type("go on")
tool.expect(r"Words\s+> ")
tool.type("\u0431ravo adroitness")
tool.expect(r"Initials of the witness\s+> ")
tool.type("p")
tool.expect("who stays")
tool.type("the bell, all stay")
tool.expect(r"type: go on\s+> ")
tool.type("")
tool.expect(r"type: go on\s+> ")
tool.type("go on")
tool.expect(r"step 2 of 21")
tool.expect(r"Initials of the witness\s+> ")
tool.type("CD")
tool.expect(r"Initials of the administrator\s+> ")
os.write(tool.fd, b"\x03")
assert tool.end() == 6 and "the same command goes on from here" in tool.text, tool.text
assert events().count("pause") == 2 and events().count("exception") == 1, events()

# Taken up where it stood; killed while the sibling asks for the passphrase of the root.
answers()
tool = run()
tool.expect(r"step 3 of 21")
tool.expect("Taken up from its record")
tool.expect("New passphrase for root-g1")
tool.silent()
assert events()[-1] == "intend" and not os.listdir("media/cellar/keys")
os.kill(tool.pid, signal.SIGKILL)
tool.end()
assert events()[-1] == "intend"
tool = run()
tool.expect("had not been done when it was cut off")
tool.expect("The draft, to be read aloud")
tool.expect("New passphrase for root-g1")
tool.silent()
# Ended at the passphrase: the terminal echoes again, and the transcript is whole.
for number in (signal.SIGTERM, signal.SIGHUP):
    os.kill(tool.pid, number)
    assert tool.end() == -number and tool.echoes(), tool.text
    tool = run()
    tool.expect("had not been done when it was cut off")
    tool.expect("New passphrase for root-g1")
    tool.silent()
# Stopped at the passphrase: a pause, too; Ctrl-Z as Ctrl-C.
os.write(tool.fd, b"\x1a")
assert tool.end() == 6 and "goes on from here" in tool.text and tool.echoes(), tool.text
tool = run()
tool.expect("New passphrase for root-g1")
tool.silent()
os.write(tool.fd, b"\x03")
assert tool.end() == 6 and "goes on from here" in tool.text, tool.text
answers(("090", "confirm-witness"), ("100", "words"))
tool = run()
tool.expect(rf"the witness types the name:\s+{NAME}\s+> ")
tool.type(NAME.lower())
tool.expect("That is not the name")
tool.type(NAME)
tool.expect("New passphrase for root-g1")
tool.silent()
# A sibling that is killed there: the runner puts the terminal right.
tool.text = ""
os.kill(int(open(f"/proc/{tool.pid}/task/{tool.pid}/children", encoding="ascii").read()), signal.SIGKILL)
tool.expect(rf"the witness types the name:\s+{NAME}\s+> ")
assert tool.echoes()
tool.type(NAME)
for prompt in ("New passphrase for root-g1", "The same again"):
    tool.expect(prompt)
    tool.silent()
    tool.type(SECRET)
tool.expect(r"step 10 of 21")
tool.expect(r"Words\s+> ")
os.kill(tool.pid, signal.SIGKILL)
tool.end()

# A wrong passphrase is a refusal: the step begins again.
answers()
tool = run()
tool.expect("Passphrase of root-g1: ")
tool.type("wrong")
tool.expect("It was refused, with status 4")
tool.expect(r"stop +to end the ceremony here, for good \(p only pauses it\)\s+> ")
tool.type("again")
for _ in range(3):  # the key is tested, the CRL and the seal are signed
    tool.expect("Passphrase of root-g1: ")
    tool.silent()
    tool.type(SECRET)
tool.expect(r"Steps done +21")
assert tool.end() == 0, tool.text
assert "verbena" not in tool.text + open("typed/transcript.jsonl", encoding="utf-8").read()
widths = [len(line) for line in re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", tool.text).splitlines() if work not in line
          and "openssl" not in line]
assert max(widths) <= 80, [line for line in tool.text.splitlines() if len(line) > 80]
assert os.system("cellar verify --ceremony typed >out 2>err && cellar audit -C media/cellar >>out") == 0
made = os.popen("cellar status --since 0 --json -C media/cellar").read()
actions = re.findall(r'"action": "([a-z-]+)"', made)
for action in ("init", "root", "crl", "seal", "backed-up"):
    assert actions.count(action) == 1, (action, actions)
open("log", "w", encoding="utf-8").write("at a terminal: as it should be\n")
